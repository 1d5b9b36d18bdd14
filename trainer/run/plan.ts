/** The stages that a run still has before it, where each starts, and from which weights. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { RunConfigFile } from "../../contract/run-folder.ts";
import type { Settings, StageSettings } from "../../science/settings.ts";
import { readCheckpoint } from "./checkpoints.ts";
import { branchFolder } from "./run-config.ts";

export interface StagePlan {
  readonly stage: StageSettings;
  /** Updates of the run before it. */
  readonly firstStep: number;
}

export interface RunPlan {
  readonly stages: readonly StagePlan[];
  readonly totalSteps: number;
  /** Hugging Face directory that the first stage starts from. */
  readonly startModel: string;
  /** True when another run's checkpoint is where this one starts. */
  readonly branched: boolean;
}

/**
 * A branch leaves out the stages up to the one its checkpoint is labelled with, or those before the one it was saved in; where none would remain, it does them
 * again from there (SFT continued, say).
 * @throws Error when the checkpoint to branch from is damaged or has no weights to start from.
 */
export async function planRun(runFolder: string, config: RunConfigFile, settings: Settings): Promise<RunPlan> {
  let stages = settings.stages;
  let startModel = config.model;
  if (config.branchFrom !== undefined) {
    const folder = branchFolder(runFolder, config.branchFrom);
    const checkpoint = await readCheckpoint(folder);
    startModel = join(folder, "model");
    if (!existsSync(startModel)) {
      throw new Error(
        `The checkpoint ${folder} has no model folder: branch from the end of a stage, or from one that was asked for.`,
      );
    }
    const done = stages.findIndex(({ name }) => name === checkpoint.label);
    const within = stages.findIndex(({ name }) => name === checkpoint.state.stage);
    if (within > 0) stages = stages.slice(within);
    if (done >= 0 && done + 1 < stages.length) stages = stages.slice(done + 1);
  }
  if (stages.length === 0) {
    throw new Error("The settings leave no stage to run: give sft.steps or rl.steps a number above 0.");
  }
  let firstStep = 0;
  const planned = stages.map((stage) => {
    const plan = { stage, firstStep };
    firstStep += stage.steps;
    return plan;
  });
  return { stages: planned, totalSteps: firstStep, startModel, branched: config.branchFrom !== undefined };
}
