/** What a stage begins with: the policy that its predecessor left, and its reference. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Model } from "../../native/types.ts";
import { solvedToDrop } from "../../science/pruning.ts";
import type { RlStageSettings } from "../../science/settings.ts";
import { REFERENCE, type Checkpoint, type Checkpoints } from "./checkpoints.ts";
import type { RunContext, StageRunner } from "./context.ts";
import { accuracyBySample, rolloutsOfStage } from "../stages/earlier-rollouts.ts";
import { policyOptions, referenceOptions } from "./loading.ts";
import type { RunPlan } from "./plan.ts";
import { DpoStage } from "../stages/dpo.ts";
import { RlStage } from "../stages/rl.ts";
import { SftStage } from "../stages/sft.ts";

/** @throws Error when the run's tokenizer is another model's. */
export async function loadStageModel(
  context: RunContext,
  checkpoints: Checkpoints,
  plan: RunPlan,
  index: number,
): Promise<Model> {
  const start = stageStart(checkpoints, plan, index);
  const model = await context.engine.load(start, policyOptions(context.settings, start, context.config.seed));
  context.prompter.checkModel(model, context.config.model);
  return model;
}

/** The stage with its policy; `resumed` is a checkpoint within it, with its memory and a reference that moved. */
export async function openStage(
  context: RunContext,
  checkpoints: Checkpoints,
  plan: RunPlan,
  index: number,
  policy: Model,
  resumed: Checkpoint | null,
): Promise<StageRunner> {
  const { stage } = plan.stages[index]!;
  if (stage.kind === "sft") return new SftStage(context, stage, policy);
  const saved = resumed === null ? "" : join(resumed.folder, REFERENCE);
  const start = existsSync(saved) ? saved : stageStart(checkpoints, plan, index);
  const moves = stage.kind === "rl" && stage.movingReference !== null;
  const adapted = context.settings.model.lora !== null;
  if (moves && adapted) {
    throw new Error("A reference that moves needs weights of its own: set model.lora to 0, or let it stand still.");
  }
  const options = referenceOptions(context.settings, start, moves);
  const reference = adapted ? null : await context.engine.load(start, options);
  if (stage.kind === "dpo") return new DpoStage(context, stage, policy, reference);
  return new RlStage(context, stage, policy, reference, {
    memory: resumed?.state.memory ?? [],
    excluded: await excludedRows(context, stage),
  });
}

/** Samples that the stage leaves out because an earlier one solved them. */
export async function excludedRows(
  context: RunContext,
  { name, pruning }: RlStageSettings,
): Promise<ReadonlySet<string>> {
  if (pruning === null) return new Set();
  const accuracies = accuracyBySample((await rolloutsOfStage(context, pruning.rolloutsOf)).groups);
  return solvedToDrop(accuracies, pruning.share, [context.config.seed, name]);
}

/** Hugging Face directory that a stage starts from: the run's own, or what the stage before left. */
function stageStart(checkpoints: Checkpoints, plan: RunPlan, index: number): string {
  if (index === 0) return plan.startModel;
  const before = plan.stages[index - 1]!;
  return join(checkpoints.folderOf(before.firstStep + before.stage.steps, before.stage.name), "model");
}
