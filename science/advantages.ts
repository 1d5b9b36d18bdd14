/** Advantages out of group rewards. Standard deviations are sample ones (n - 1). Reference vectors: rl/advantages.json. */

export const ADVANTAGE_MODES = [
  "group",
  "none",
  "batch",
  "normalize_then_sum",
  "rloo",
  "rloo_normalized",
  "reward",
] as const;
/**
 * `group` GRPO; `none` Dr.GRPO (mean only); `batch` one deviation for the whole batch; `normalize_then_sum` each reward
 * component by itself first; `rloo` against the others' mean; `rloo_normalized` the same, whitened over the batch; `reward`
 * REINFORCE (the reward itself, without a baseline).
 */
export type AdvantageMode = (typeof ADVANTAGE_MODES)[number];

export interface AdvantageOptions {
  readonly mode: AdvantageMode;
  /** Rollouts of a group; rows go group by group. */
  readonly groupSize: number;
  /** Added to the deviation; 1e-4 in TRL and Video-R1. */
  readonly epsilon?: number;
  /** Of each reward component; default 1. */
  readonly weights?: readonly number[];
}

/**
 * Rewards `[rollouts][components]`, NaN where a component does not apply, to totals and advantages `[rollouts]`. A rollout
 * without any reward has total NaN and advantage 0.
 */
export function advantagesOf(
  rewards: readonly (readonly number[])[],
  options: AdvantageOptions,
): { rewards: number[]; advantages: number[] } {
  const { mode, groupSize, epsilon = 1e-4 } = options;
  const weights = options.weights ?? rewards[0]?.map(() => 1) ?? [];
  if (groupSize < 1 || rewards.length % groupSize !== 0) {
    throw new RangeError(
      `${rewards.length} rollouts do not make whole groups of ${groupSize}: give every group the same size.`,
    );
  }
  const totals =
    mode === "normalize_then_sum"
      ? sumOfNormalized(rewards, weights, groupSize, epsilon)
      : rewards.map((row) => total(row, weights));
  if (mode === "normalize_then_sum") {
    const mean = meanOf(totals);
    const deviation = deviationOf(totals);
    return { rewards: totals, advantages: totals.map((value) => zeroIfNaN((value - mean) / (deviation + epsilon))) };
  }
  const groups = chunks(totals, groupSize);
  const raw = groups.flatMap((group) => groupAdvantages(group, mode, epsilon));
  if (mode === "batch") {
    const deviation = deviationOf(totals);
    return { rewards: totals, advantages: raw.map((value) => zeroIfNaN(value / (deviation + epsilon))) };
  }
  if (mode === "rloo_normalized") {
    const mean = meanOf(raw);
    const deviation = deviationOf(raw);
    return { rewards: totals, advantages: raw.map((value) => zeroIfNaN((value - mean) / (deviation + epsilon))) };
  }
  return { rewards: totals, advantages: raw.map(zeroIfNaN) };
}

/** One group's advantages from its total rewards, for the modes that look at one group only. */
export function groupAdvantages(group: readonly number[], mode: AdvantageMode, epsilon = 1e-4): number[] {
  if (mode === "reward") return [...group];
  if (mode === "rloo" || mode === "rloo_normalized") {
    const present = group.filter((value) => !Number.isNaN(value));
    const sum = present.reduce((a, b) => a + b, 0);
    return group.map((value) => value - (sum - value) / (present.length - 1));
  }
  const mean = meanOf(group);
  const scale = mode === "group" ? deviationOf(group) + epsilon : 1;
  return group.map((value) => (value - mean) / scale);
}

function sumOfNormalized(
  rewards: readonly (readonly number[])[],
  weights: readonly number[],
  groupSize: number,
  epsilon: number,
): number[] {
  return chunks(rewards, groupSize).flatMap((group) => {
    const columns = weights.map((_, component) => group.map((row) => row[component]!));
    const means = columns.map(meanOf);
    const deviations = columns.map(deviationOf);
    return group.map((row) =>
      total(
        row.map((value, c) => (value - means[c]!) / (deviations[c]! + epsilon)),
        weights,
        row,
      ),
    );
  });
}

/** Weighted sum over the components that apply; NaN where none does (judged by `raw`). */
function total(row: readonly number[], weights: readonly number[], raw = row): number {
  if (raw.every(Number.isNaN)) return Number.NaN;
  return row.reduce((sum, value, component) => sum + zeroIfNaN(value * weights[component]!), 0);
}

/** Mean over the values that are not NaN; NaN when there is none. */
export function meanOf(values: readonly number[]): number {
  const present = values.filter((value) => !Number.isNaN(value));
  return present.reduce((sum, value) => sum + value, 0) / present.length;
}

/** Sample standard deviation over the values that are not NaN; NaN with fewer than two. */
export function deviationOf(values: readonly number[]): number {
  const present = values.filter((value) => !Number.isNaN(value));
  if (present.length < 2) return Number.NaN;
  const mean = meanOf(present);
  return Math.sqrt(present.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (present.length - 1));
}

function zeroIfNaN(value: number): number {
  return Number.isNaN(value) ? 0 : value;
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  return Array.from({ length: items.length / size }, (_, group) => items.slice(group * size, (group + 1) * size));
}
