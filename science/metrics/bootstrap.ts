/** Percentile bootstrap intervals, seeded: the same items give the same interval. */
import { RandomStream } from "../rng.ts";

export interface BootstrapOptions {
  /** Default 2000. */
  readonly resamples?: number;
  /** Default 0.95. */
  readonly level?: number;
  readonly seed?: number;
}

/** Interval of the mean of per-item scores. With no items: [NaN, NaN]. */
export function bootstrapInterval(
  scores: readonly number[],
  options: BootstrapOptions = {},
): [low: number, high: number] {
  const { resamples = 2000, level = 0.95, seed = 0 } = options;
  if (scores.length === 0) return [Number.NaN, Number.NaN];
  const stream = new RandomStream("bootstrap", seed);
  const means = new Float64Array(resamples);
  for (let resample = 0; resample < resamples; resample++) {
    let sum = 0;
    for (let i = 0; i < scores.length; i++) sum += scores[stream.integer(scores.length)]!;
    means[resample] = sum / scores.length;
  }
  means.sort();
  const tail = (1 - level) / 2;
  return [percentile(means, tail), percentile(means, 1 - tail)];
}

/** Interval of the mean difference after - before on the same items, in the same order. */
export function pairedBootstrap(
  before: readonly number[],
  after: readonly number[],
  options: BootstrapOptions = {},
): { difference: number; interval: [low: number, high: number] } {
  if (before.length !== after.length) {
    throw new RangeError(
      `${before.length} and ${after.length} scores are not of the same items: a paired bootstrap needs pairs.`,
    );
  }
  const differences = after.map((score, i) => score - before[i]!);
  const difference = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  return { difference, interval: bootstrapInterval(differences, options) };
}

/** Linear interpolation between order statistics. */
function percentile(sorted: Float64Array, share: number): number {
  const rank = share * (sorted.length - 1);
  const below = Math.floor(rank);
  const above = Math.min(sorted.length - 1, below + 1);
  return sorted[below]! + (rank - below) * (sorted[above]! - sorted[below]!);
}
