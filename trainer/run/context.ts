/** What the stages of one run share. */
import type { RunConfigFile } from "../../contract/run-folder.ts";
import type { Engine, Model } from "../../native/types.ts";
import type { Sample } from "../../science/records.ts";
import type { Recipe } from "../../science/recipe.ts";
import type { Settings } from "../../science/settings.ts";
import type { Journal } from "./journal.ts";
import type { Culprit } from "../stages/non-finite.ts";
import type { ClipLoader } from "../media/clips.ts";
import type { FrameStore } from "../media/frame-store.ts";
import type { Prompter } from "../data/prompting.ts";
import type { DataProblem } from "../data/samples.ts";

export interface RunSamples {
  readonly train: readonly Sample[];
  readonly sft: readonly Sample[];
  readonly validation: readonly Sample[];
  readonly heldOut: readonly Sample[];
}

export interface RunContext {
  readonly runFolder: string;
  readonly config: RunConfigFile;
  readonly recipe: Recipe;
  readonly settings: Settings;
  readonly engine: Engine;
  readonly journal: Journal;
  readonly prompter: Prompter;
  readonly clips: ClipLoader;
  /** Keeps what the model saw. */
  readonly frames: FrameStore;
  readonly samples: RunSamples;
  /** Counts a row or file that cannot be used and journals it once. */
  readonly report: (problem: DataProblem) => void;
  /** Aborted by SIGTERM: work in flight ends with an error. */
  readonly signal: AbortSignal;
  /** Aborted by SIGTERM: the run ends at the next step boundary. */
  readonly stop: AbortSignal;
  readonly knobs: Map<string, number>;
  /** One line for people, into the worker's log. */
  readonly say: (line: string) => void;
}

/** One update's results, for the journal. */
export interface StepOutcome {
  readonly metrics: Record<string, number>;
  /** The update was skipped because this was not finite (see non-finite.ts). */
  readonly culprit?: Culprit;
  readonly timings: Record<string, number>;
}

/** One stage at work: does update `stageStep` (from 0) of the stage, which is update `step` (from 1) of the run. */
export interface StageRunner {
  readonly policy: Model;
  /** A reference that moves: saved with each checkpoint, so that a resumed run goes on from it. */
  readonly movingReference?: Model;
  /** What the stage itself remembers from update to update; saved with each checkpoint and given back on resume. */
  memory?(): readonly number[];
  update(stageStep: number, step: number): Promise<StepOutcome>;
  dispose(): void;
}
