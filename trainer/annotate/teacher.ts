/** Whoever answers questions for annotation: a checkpoint on our engine, or a service elsewhere. */
import type { LoadedSample } from "../data/dataset.ts";

export interface Teacher {
  /** Names it in the annotation file: answers of another teacher are not mixed in. */
  readonly identity: string;
  /**
   * Outputs of each row, in its order; an Error where this row cannot be answered and the others can.
   * @throws Error when nothing can be answered now; what was annotated before stays.
   */
  answer(batch: readonly LoadedSample[], signal: AbortSignal): Promise<(readonly string[] | Error)[]>;
  dispose(): void;
}

export interface TeacherSampling {
  /** Answers a row; the best one counts. */
  readonly samples: number;
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens: number;
  readonly seed: number;
}
