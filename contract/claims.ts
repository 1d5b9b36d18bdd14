/** What `secondlook claims` found: `resources/claims/SYSTEM.json`, which a recipe's page shows. */

/** Of the means before and after: after − before, 1 − after / before, before / after. */
export type Statistic = "difference" | "reduction" | "ratio";

export interface MeasuredValue {
  /** Null where nothing can be said, e.g. nothing was dead before. */
  readonly value: number | null;
  /** Sample deviation of the seeds' values. */
  readonly spread: number;
  /** 95 %, resampling items; an item that several seeds share is drawn with all of them. */
  readonly interval: readonly [number, number] | null;
  readonly bySeed: readonly { readonly seed: number; readonly value: number | null }[];
  /** Means over seeds of what went into the value. */
  readonly before: number | null;
  readonly after: number | null;
  readonly items: number;
}

export type ClaimVerdict = "holds" | "does not hold" | "undecided";

export interface ClaimResult extends MeasuredValue {
  readonly system: string;
  readonly claim: string;
  readonly text: string;
  /** What the value is. */
  readonly quantity: string;
  readonly statistic: Statistic;
  /** The smallest value with which the claim holds. */
  readonly threshold: number;
  readonly control: MeasuredValue & { readonly title: string; readonly fails: boolean };
  readonly verdict: ClaimVerdict;
}

export interface ArmResult {
  readonly id: string;
  readonly title: string;
  readonly what: string;
  readonly recipe: string;
  readonly preset: string;
  /** Of one seed, mean over seeds: all of the run, its updates alone. */
  readonly seconds: number;
  readonly updateSeconds: number;
  readonly updates: number;
  readonly runs: readonly string[];
}

export interface SystemResult {
  readonly system: string;
  readonly title: string;
  /** The command that repeats it. */
  readonly command: string;
  /** Few updates: shows that everything runs, claims nothing. */
  readonly quick: boolean;
  readonly seeds: readonly number[];
  readonly claims: readonly ClaimResult[];
  readonly arms: readonly ArmResult[];
  /** Further tables, Markdown. */
  readonly tables: readonly string[];
  /** Arms and seeds without a run, each with why. */
  readonly missing: readonly string[];
}
