/**
 * What a system claims, as data: the arms that must be trained, how runs become one number, the threshold, and the
 * control that must fail. One file a system in this folder, listed in index.ts; docs/systems.md tells how to add one.
 */
import type { Statistic } from "../../contract/claims.ts";
import type { RunRecord } from "../proof/run-record.ts";
import type { Scores } from "../proof/statistics.ts";

export type Overrides = Readonly<Record<string, unknown>>;

/** One way of training, run once for each seed. */
export interface Arm {
  /** Unique in its system. */
  readonly id: string;
  readonly title: string;
  /** What it differs in, a sentence for the page. */
  readonly what: string;
  readonly recipe: string;
  readonly preset: string;
  /** Values that differ from the preset. */
  readonly overrides: Overrides;
  /** `sft`: the shared cold start of seed and data set; `base`: the base model; else another arm and its stage's label. */
  readonly from: "sft" | "base" | { readonly arm: string; readonly label: string };
  /** Where it differs from the system's own. */
  readonly data?: string;
}

/** Scores of the same items twice, for one seed: measured questions, groups of a step, seconds of an update. */
export interface SeedPair {
  readonly seed: number;
  readonly before: Scores;
  readonly after: Scores;
}

/**
 * From the mean `before` and the mean `after` (of the items of a seed, then of the seeds) to the value that a claim is
 * about. Every claim is written so that more is better: at least its threshold.
 */
export const STATISTICS = {
  /** after − before, a share; shown in points. */
  difference: (before: number, after: number): number => after - before,
  /** How much less, relative to before; shown in percent. */
  reduction: (before: number, after: number): number => 1 - after / before,
  /** before over after: how many times cheaper. */
  ratio: (before: number, after: number): number => before / after,
} as const satisfies Readonly<Record<Statistic, (before: number, after: number) => number>>;

/** The name under which {@link RunsOf} has the shared cold start; no arm may take it. */
export const SHARED_START = "sft";

/** An arm's records by seed; {@link SHARED_START}: the cold start on the system's data. @throws Error for an arm that it does not have. */
export type RunsOf = (arm: string) => ReadonlyMap<number, RunRecord>;

export interface Claim {
  readonly id: string;
  /** A sentence that may be true or false. */
  readonly text: string;
  /** What the value is, with its unit, e.g. "share of dead groups, relative reduction". */
  readonly quantity: string;
  readonly statistic: Statistic;
  /** The smallest value with which the claim holds, in the statistic's own unit: 0.3 is 30 % less or 30 points more. */
  readonly threshold: number;
  /** A pure function of the records. Seeds without both measurements are left out. */
  measure(runs: RunsOf): readonly SeedPair[];
  /** The same measurement where the claim's cause is taken away: it must not hold there. */
  readonly control: { readonly title: string; measure(runs: RunsOf): readonly SeedPair[] };
}

export interface SystemClaims {
  /** The recipe's id: its page in docs/systems and in the window. */
  readonly system: string;
  readonly title: string;
  /** `sample-pack`, or a set of trainer/samplepack/sets.ts. */
  readonly data: string;
  /** The shared cold start's values, where they differ from Video-R1's preset `tiny`. Same data and values: same runs. */
  readonly sft?: Overrides;
  /** What the claims need. */
  readonly arms: readonly Arm[];
  /** Trained with `--ablations` only. */
  readonly ablations: readonly Arm[];
  readonly claims: readonly Claim[];
  /** Values of `--quick` beside the common ones, for all arms. */
  readonly quick?: Overrides;
  /** Further Markdown for the page (costs, ablations); arms that were not trained have no records. */
  tables?(runs: RunsOf, seeds: readonly number[]): readonly string[];
}
