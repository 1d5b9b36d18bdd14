/** Advantages that look at all groups of a step at once. */
import { advantagesOf, type AdvantageMode } from "../advantages.ts";
import type { GroupOutcome } from "./group.ts";

/** These normalise over the whole batch, not over one group. */
const OVER_THE_BATCH: readonly AdvantageMode[] = ["batch", "normalize_then_sum", "rloo_normalized"];

/**
 * The outcomes of a step with their final advantages: for modes over the batch they are computed anew from the parts of
 * all groups, which must have one size; for the others nothing changes.
 */
export function advantagesOverBatch(
  outcomes: readonly GroupOutcome[],
  normalisation: { readonly advantage: AdvantageMode; readonly epsilon: number },
): readonly GroupOutcome[] {
  const { advantage: mode, epsilon } = normalisation;
  if (!OVER_THE_BATCH.includes(mode)) return outcomes;
  const groupSize = outcomes[0]?.rewards.length ?? 1;
  const names = [...new Set(outcomes.flatMap(({ parts }) => parts.flatMap((part) => Object.keys(part))))];
  const table = outcomes.flatMap(({ parts }) => parts.map((part) => names.map((name) => part[name] ?? 0)));
  const { advantages } = advantagesOf(table, { mode, groupSize, epsilon });
  return outcomes.map((outcome, group) => {
    const own = advantages.slice(group * groupSize, (group + 1) * groupSize);
    return { ...outcome, advantages: own.map((value, index) => value + outcome.advantageBonus[index]!) };
  });
}
