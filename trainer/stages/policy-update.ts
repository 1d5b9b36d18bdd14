/** The update of RL: `innerUpdates` steps of the optimiser on one batch of rollouts. */
import type { Model, PackedGroup } from "../../native/types.ts";
import { flattenRows, splitRows, type TokenRows } from "../../science/objectives/objective.ts";
import type { GroupedPolicyBatch } from "../../science/objectives/policy-objective.ts";
import type { RlStageSettings } from "../../science/settings.ts";
import type { PhaseClock } from "../run/clock.ts";
import type { RunContext } from "../run/context.ts";
import { microBatches, tokensOf } from "./batching.ts";
import { klWeights, tokenWeights, type GroupPass, type TokenTable } from "./group-measures.ts";
import { optimizerStep, type OptimizerOutcome } from "./optimizer-step.ts";
import type { TrainedTokens } from "./rl-journal.ts";
import type { ShapedPrompt } from "./rl-rewards.ts";

/** Who learns, and how. */
export interface Learner {
  readonly policy: Model;
  readonly stage: RlStageSettings;
  readonly context: RunContext;
  readonly pass: GroupPass;
}

/** What is learnt from: prompts with their rewards and advantages, and the same as the engine takes them. */
export interface RolloutBatch {
  readonly shaped: readonly ShapedPrompt[];
  readonly groups: readonly PackedGroup[];
  /** Weight of the KL to the reference. */
  readonly beta: number;
  /** Log-probabilities under it; null where nothing asks for them. */
  readonly reference: TokenTable | null;
}

export interface PolicyUpdate extends OptimizerOutcome {
  readonly tokens: TrainedTokens;
  /** Tokens that went through the model, prompts counted once a group. */
  readonly processed: number;
}

/** Sums over the parts of one update. */
interface Totals {
  loss: number;
  tokens: number;
  byToken: Record<string, number>;
}

/** All updates on one batch of rollouts; the first one's ratio is exactly 1. */
export async function updatePolicy(
  learner: Learner,
  batch: RolloutBatch,
  stageStep: number,
  clock: PhaseClock,
): Promise<PolicyUpdate> {
  const { policy, stage, context, pass } = learner;
  const { groups, reference } = batch;
  const inputs = await inputsOf(learner, batch, clock);
  const tokens: TrainedTokens = {
    logProbs: [],
    entropy: [],
    weights: [],
    newLogProbs: [],
    referenceLogProbs: reference,
  };
  const total = {
    rows: groups.reduce((sum, { completions }) => sum + completions.length, 0),
    tokens: groups.flatMap(({ completions }) => completions).reduce((sum, ids) => sum + ids.length, 0),
    groups: groups.length,
  };
  const constants = { beta: batch.beta, maxCompletionLength: stage.sampling.maxTokens, total };
  let outcome: OptimizerOutcome = { metrics: {} };
  for (let inner = 0; inner < stage.innerUpdates; inner++) {
    const totals: Totals = { loss: 0, tokens: 0, byToken: {} };
    // Once one update is applied, the others must follow: a step is whole or not there.
    const cancel = inner === 0 ? { signal: pass.signal } : {};
    for (const [from, to] of microBatches(groups, pass.tokenBudget)) {
      const part = groups.slice(from, to);
      const tape = await clock.time("forward", () => policy.forward(part, cancel));
      const logProbs = splitRows(tape.logProbs, tape.offsets);
      const entropies = splitRows(tape.entropy, tape.offsets);
      const result = stage.objective.compute({ ...inputs(from, to, inner), logProbs, entropies }, constants);
      addUp(totals, result.loss, result.metrics, logProbs);
      if (inner === 0) {
        tokens.logProbs.push(...byGroup(part, logProbs));
        tokens.entropy.push(...byGroup(part, entropies));
        if (result.perTokenWeight) tokens.weights.push(...byGroup(part, result.perTokenWeight));
      } else if (inner === stage.innerUpdates - 1) tokens.newLogProbs.push(...byGroup(part, logProbs));
      await clock.time("backward", () => tape.backward(flattenRows(result.dLogProbs), undefined, cancel));
      tape.dispose();
    }
    context.journal.flush();
    const applied = await clock.time("update", () =>
      optimizerStep(policy, stage, context.knobs, stageStep, totals.loss),
    );
    outcome = { metrics: { ...means(totals), ...applied.metrics }, culprit: applied.culprit };
    // What follows would start from the same weights and the same numbers.
    if (outcome.culprit !== undefined) break;
  }
  const passes = stage.innerUpdates + (reference ? 1 : 0);
  return { ...outcome, tokens, processed: groups.reduce((sum, group) => sum + tokensOf(group), 0) * passes };
}

/** What the objective takes beside the forward pass, of groups `[from, to)` in inner update `inner`. */
async function inputsOf(
  { policy, stage, context, pass }: Learner,
  { shaped, groups, beta, reference }: RolloutBatch,
  clock: PhaseClock,
): Promise<(from: number, to: number, inner: number) => Omit<GroupedPolicyBatch, "logProbs" | "entropies">> {
  const weighting = stage.tokenWeighting;
  const weights =
    weighting === null ? null : await clock.time("weights", () => tokenWeights(policy, groups, weighting, pass));
  const prompts = shaped.map(({ prompt }) => prompt);
  const counted = beta === 0 ? null : klWeights(prompts, stage.klTokens, context.prompter);
  const advantages = shaped.map(({ outcome }) => outcome.advantages);
  const old = prompts.map(({ ordered }) => ordered.rollouts.map(({ completion }) => completion.logProbs));
  return (from, to, inner) => ({
    oldLogProbs: inner === 0 ? null : old.slice(from, to).flat(),
    referenceLogProbs: beta === 0 ? null : (reference?.slice(from, to).flat() ?? null),
    advantages: advantages.slice(from, to).flat(),
    groupSizes: groups.slice(from, to).map(({ completions }) => completions.length),
    ...(weights ? { weights: weights.slice(from, to).flat() } : {}),
    ...(counted ? { klWeights: counted.slice(from, to).flat() } : {}),
  });
}

/** Copies of rows, which are views into a tape, in the groups that they belong to. */
function byGroup(groups: readonly PackedGroup[], rows: TokenRows): Float32Array[][] {
  let row = 0;
  return groups.map(({ completions }) => {
    const own = rows.slice(row, row + completions.length);
    row += completions.length;
    return own.map((values) => Float32Array.from(values));
  });
}

/** Metrics of the parts are means over their tokens. */
function addUp(
  totals: Totals,
  loss: number,
  metrics: Readonly<Record<string, number>>,
  rows: readonly Float32Array[],
): void {
  const tokens = rows.reduce((sum, row) => sum + row.length, 0);
  totals.loss += loss;
  totals.tokens += tokens;
  for (const [name, value] of Object.entries(metrics))
    totals.byToken[name] = (totals.byToken[name] ?? 0) + value * tokens;
}

function means(totals: Totals): Record<string, number> {
  const parts = Object.entries(totals.byToken).map(([name, sum]) => [name, sum / Math.max(1, totals.tokens)] as const);
  return { loss: totals.loss, ...Object.fromEntries(parts), num_tokens: totals.tokens };
}
