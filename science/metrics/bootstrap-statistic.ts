/** Percentile bootstrap of any statistic of items, such as a mean of means over tasks. Seeded like `bootstrap.ts`. */
import { RandomStream } from "../rng.ts";

/** Interval at 95 %. `statistic` gets the drawn items' places; resamples where it is not finite are left out. */
export function bootstrapStatistic(
  count: number,
  statistic: (places: Int32Array) => number,
  resamples = 1000,
): [low: number, high: number] {
  const stream = new RandomStream("bootstrap statistic", count);
  const values: number[] = [];
  const places = new Int32Array(count);
  for (let resample = 0; resample < resamples; resample++) {
    for (let i = 0; i < count; i++) places[i] = stream.integer(count);
    const value = statistic(places);
    if (Number.isFinite(value)) values.push(value);
  }
  if (values.length === 0) return [Number.NaN, Number.NaN];
  values.sort((a, b) => a - b);
  const at = (share: number): number => values[Math.round(share * (values.length - 1))]!;
  return [at(0.025), at(0.975)];
}
