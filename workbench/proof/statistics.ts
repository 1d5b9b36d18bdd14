/** Means over seeds and paired differences on the same questions. */
import { pairedBootstrap } from "../../science/metrics/bootstrap.ts";

export const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

/** Sample standard deviation; 0 with fewer than two values. */
export function deviation(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / Math.max(1, values.length - 1));
}

export interface Difference {
  /** After - before, of all seeds together. */
  readonly mean: number;
  /** 95 %, from resampling questions: each question's difference is its mean over seeds. */
  readonly interval: readonly [number, number];
  readonly bySeed: readonly {
    readonly seed: number;
    readonly mean: number;
    readonly interval: readonly [number, number];
  }[];
}

export type Scores = ReadonlyMap<string, number>;

/**
 * Paired differences over the questions that both measurements of every seed have. The pooled interval says how far the
 * questions carry the result; the seeds' own spread is shown beside it.
 * @throws RangeError when no question is in all of them.
 */
export function pairedDifference(
  seeds: readonly { readonly seed: number; readonly before: Scores; readonly after: Scores }[],
): Difference {
  const ids = [...(seeds[0]?.before.keys() ?? [])].filter((id) =>
    seeds.every(({ before, after }) => before.has(id) && after.has(id)),
  );
  if (ids.length === 0) throw new RangeError("The two measurements share no question: were they of the same data?");
  const bySeed = seeds.map(({ seed, before, after }) => {
    const { difference, interval } = pairedBootstrap(
      ids.map((id) => before.get(id)!),
      ids.map((id) => after.get(id)!),
    );
    return { seed, mean: difference, interval };
  });
  const pooled = pairedBootstrap(
    ids.map((id) => mean(seeds.map(({ before }) => before.get(id)!))),
    ids.map((id) => mean(seeds.map(({ after }) => after.get(id)!))),
  );
  return { mean: pooled.difference, interval: pooled.interval, bySeed };
}

export type Direction = "above" | "below" | "undecided";

/** A direction only when the interval leaves out 0 and no seed says the opposite. */
export function directionOf({ interval, bySeed }: Difference): Direction {
  const [low, high] = interval;
  if (low > 0 && bySeed.every((seed) => seed.mean >= 0)) return "above";
  if (high < 0 && bySeed.every((seed) => seed.mean <= 0)) return "below";
  return "undecided";
}
