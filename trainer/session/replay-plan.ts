/** From which checkpoint a step's rollouts can be sampled again, and what that costs. */
import { existsSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import type { ReplayPlan } from "../../contract/session.ts";
import { Checkpoints, type Checkpoint } from "../run/checkpoints.ts";
import { planRun, type RunPlan } from "../run/plan.ts";
import { readRunConfig } from "../run/run-config.ts";
import { readLoggedStep, type LoggedStep } from "./logged-step.ts";

export interface PreparedReplay {
  readonly runFolder: string;
  readonly plan: RunPlan;
  readonly checkpoints: Checkpoints;
  /** Null: the run starts from its first model. */
  readonly from: Checkpoint | null;
  readonly stageIndex: number;
  readonly logged: LoggedStep;
  readonly cost: ReplayPlan;
}

export async function planReplay(dataFolder: string, run: string, step: number): Promise<ReplayPlan> {
  return (await prepareReplay(dataFolder, run, step)).cost;
}

/** @throws RangeError when the run or step is unknown, or the step's stage cannot be begun again. */
export async function prepareReplay(dataFolder: string, run: string, step: number): Promise<PreparedReplay> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(run)) throw new RangeError(`"${run}" is not a run's id.`);
  const runFolder = join(dataFolder, DATA_FOLDER.runs, run);
  if (!existsSync(runFolder)) {
    throw new RangeError(`There is no run "${run}" in ${dataFolder}; "secondlook runs" lists them.`);
  }
  const logged = await readLoggedStep(runFolder, step);
  const { config, settings } = await readRunConfig(runFolder);
  const plan = await planRun(runFolder, config, settings);
  const checkpoints = new Checkpoints(runFolder);
  // Rollouts of update s were sampled by the policy after update s - 1.
  const { checkpoint: from } = await checkpoints.newest(step - 1);
  const stageIndex = plan.stages.findIndex(
    ({ stage, firstStep }) => step > firstStep && step <= firstStep + stage.steps,
  );
  if (stageIndex !== (from?.state.stageIndex ?? 0)) {
    const before = plan.stages[stageIndex - 1]?.stage.name ?? "";
    throw new RangeError(
      `The checkpoint at the end of stage ${before} is gone, and step ${step} of run ${run} cannot be reached without it.`,
    );
  }
  const done = from?.step ?? 0;
  let estimatedSeconds = 0;
  for (let update = done + 1; update < step; update++) estimatedSeconds += logged.secondsOfUpdate.get(update) ?? 0;
  const checkpoint = from === null ? null : relative(runFolder, from.folder).split(sep).join("/");
  const cost = { run, step, checkpoint, updates: step - 1 - done, estimatedSeconds };
  return { runFolder, plan, checkpoints, from, stageIndex, logged, cost };
}
