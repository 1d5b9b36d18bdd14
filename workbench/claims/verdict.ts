/** From pairs to a verdict: a paired interval over seeds and items, the seeds' own values, and the control. */
import type { ClaimResult, ClaimVerdict, MeasuredValue, Statistic } from "../../contract/claims.ts";
import { bootstrapStatistic } from "../../science/metrics/bootstrap-statistic.ts";
import { deviation, mean } from "../proof/statistics.ts";
import { STATISTICS, type Claim, type RunsOf, type SeedPair } from "./claim.ts";

const RESAMPLES = 2000;
const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);

export function measurePairs(pairs: readonly SeedPair[], statistic: Statistic): MeasuredValue {
  const shared = ({ before, after }: SeedPair): string[] => [...before.keys()].filter((id) => after.has(id));
  const ids = [...new Set(pairs.flatMap(shared))];
  const sides = pairs.map(({ seed, before, after }) => ({
    seed,
    before: ids.map((id) => (after.has(id) ? before.get(id) : undefined) ?? Number.NaN),
    after: ids.map((id) => (before.has(id) ? after.get(id) : undefined) ?? Number.NaN),
  }));
  const of = STATISTICS[statistic];
  const everywhere = Int32Array.from(ids, (_, place) => place);
  const over = (side: "before" | "after", places: Int32Array): number =>
    mean(sides.map((seed) => meanAt(seed[side], places)));
  const value = (places: Int32Array): number => of(over("before", places), over("after", places));
  const bySeed = sides.map(({ seed, before, after }) => ({
    seed,
    value: finite(of(meanAt(before, everywhere), meanAt(after, everywhere))),
  }));
  const interval = ids.length === 0 ? null : bootstrapStatistic(ids.length, value, RESAMPLES);
  return {
    value: ids.length === 0 ? null : finite(value(everywhere)),
    spread: deviation(bySeed.flatMap((seed) => seed.value ?? [])),
    interval: interval?.every(Number.isFinite) === true ? interval : null,
    bySeed,
    before: ids.length === 0 ? null : finite(over("before", everywhere)),
    after: ids.length === 0 ? null : finite(over("after", everywhere)),
    items: pairs.reduce((sum, pair) => sum + shared(pair).length, 0),
  };
}

/** Mean of the values at these places that a seed has. */
function meanAt(values: readonly number[], places: Int32Array): number {
  let [sum, count] = [0, 0];
  for (const place of places) {
    const value = values[place]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

/** Yes or no only when the interval leaves out the threshold and every seed stands on its side. */
export function verdictOf(
  { interval, bySeed }: Pick<MeasuredValue, "interval" | "bySeed">,
  threshold: number,
): ClaimVerdict {
  const values = bySeed.map(({ value }) => value);
  if (interval === null || values.some((value) => value === null)) return "undecided";
  const [low, high] = interval;
  if (low > threshold && values.every((value) => value! >= threshold)) return "holds";
  if (high < threshold && values.every((value) => value! < threshold)) return "does not hold";
  return "undecided";
}

/**
 * A claim whose control holds too is undecided at best: what was measured is not what it says. A rehearsal decides
 * nothing.
 */
export function judge(system: string, claim: Claim, runs: RunsOf, quick = false): ClaimResult {
  const { id, text, quantity, statistic, threshold } = claim;
  const measured = measurePairs(claim.measure(runs), statistic);
  const control = measurePairs(claim.control.measure(runs), statistic);
  const fails = verdictOf(control, threshold) !== "holds";
  const own = verdictOf(measured, threshold);
  return {
    system,
    claim: id,
    text,
    quantity,
    statistic,
    threshold,
    ...measured,
    control: { title: claim.control.title, ...control, fails },
    verdict: quick || (own === "holds" && !fails) ? "undecided" : own,
  };
}
