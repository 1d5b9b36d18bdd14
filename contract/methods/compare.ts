/** Several runs side by side: measurements of the same items, and prompts that they share. */
import { z } from "zod";

/** One measured policy of one run. */
export interface MeasuredPolicy {
  readonly run: string;
  readonly label: string;
  readonly step: number;
  readonly split: string;
  readonly n: number;
  readonly accuracy: number;
  readonly interval: readonly [low: number, high: number];
  readonly accuracyShuffled: number | null;
  readonly formatRate: number;
}
/** The difference to the first run's newest policy on the items that both were measured on. */
export interface PairedDifference {
  readonly run: string;
  readonly split: string;
  /** Items that both have. */
  readonly n: number;
  readonly difference: number;
  /** 95 % percentile bootstrap over items. */
  readonly interval: readonly [low: number, high: number];
  /** Items right there and wrong here, and the other way. */
  readonly lost: number;
  readonly won: number;
}
export interface RunComparison {
  readonly policies: readonly MeasuredPolicy[];
  readonly differences: readonly PairedDifference[];
}

/** A prompt that each of the runs has met, newest moment of each. */
export interface SharedPrompt {
  readonly sampleId: string;
  readonly task: string;
  /** By run, in the order asked for. */
  readonly scores: readonly number[];
}

const runs = z.object({ runs: z.array(z.string()).min(1).max(20) });

export const compareInputs = {
  "compare.evaluations": runs,
  "compare.prompts": runs,
} as const;

export interface CompareResults {
  "compare.evaluations": RunComparison;
  "compare.prompts": readonly SharedPrompt[];
}
