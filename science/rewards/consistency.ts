/**
 * GRPO-CARE's consistency bonus (arXiv 2506.16141): a right answer earns more when a slowly moving reference finds it
 * likely after the rollout's own reasoning, compared with the group's other right answers.
 */
import { accurateRollouts } from "../kl-tokens.ts";
import type { GroupReward, RewardedRollout } from "./reward.ts";

export interface ConsistencySettings {
  /** Bonus of a consistent right answer, times its accuracy. Authors' code: 0.5. */
  readonly weight: number;
  /** Likelihoods are cut here first. Authors' code: 0.95. */
  readonly ceiling: number;
  /** Taken off the baseline: 0 for SEED-Bench-R1, 0.01 for general benchmarks. */
  readonly margin: number;
  readonly form: BonusForm;
}

export const BONUS_FORMS = ["care", "dense", "refgen", "misattributed"] as const;
/**
 * `care`: the bonus above. The paper's ablations: `dense`, accuracy times likelihood for all; `refgen`, how right the
 * reference's own answer after the thought is. Control: `misattributed`, the likelihoods of a group's right answers change
 * places, so that as many earn the bonus, but others than it is meant for.
 */
export type BonusForm = (typeof BONUS_FORMS)[number];

/** The bonus of each rollout. Without any right answer nobody earns one (the authors' code has NaN there). */
export function consistencyBonuses(rollouts: readonly RewardedRollout[], settings: ConsistencySettings): number[] {
  if (settings.form === "dense") {
    return rollouts.map(({ accuracy, answerLikelihood }) => settings.weight * accuracy * (answerLikelihood ?? 0));
  }
  if (settings.form === "refgen") return rollouts.map(({ accuracyAgain }) => settings.weight * (accuracyAgain ?? 0));
  const own = rollouts.map(({ answerLikelihood }) => Math.min(answerLikelihood ?? 0, settings.ceiling));
  const accurate = accurateRollouts(rollouts.map(({ accuracy }) => accuracy));
  const count = accurate.filter(Boolean).length;
  if (count === 0) return rollouts.map(() => 0);
  const likelihoods = settings.form === "misattributed" ? turned(own, accurate) : own;
  const baseline = likelihoods.reduce((sum, value, index) => sum + (accurate[index] ? value : 0), 0) / count;
  return rollouts.map(({ accuracy }, index) =>
    accurate[index] && likelihoods[index]! >= baseline - settings.margin ? settings.weight * accuracy : 0,
  );
}

/** Each accurate rollout gets the value of the one before it, the first that of the last. */
function turned(values: readonly number[], accurate: readonly boolean[]): number[] {
  const places = values.flatMap((_, place) => (accurate[place] ? [place] : []));
  const result = [...values];
  places.forEach((place, at) => (result[place] = values[places.at(at - 1)!]!));
  return result;
}

export function consistencyPart(settings: ConsistencySettings): GroupReward {
  return {
    name: "consistency",
    ...(settings.form === "refgen" ? { needsAnswerAgain: true } : { needsLikelihood: true }),
    scoreGroup: ({ rollouts }) => ({ rewards: consistencyBonuses(rollouts, settings) }),
  };
}
