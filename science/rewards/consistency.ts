/**
 * GRPO-CARE's consistency bonus (arXiv 2506.16141): a right answer earns more when a slowly moving reference finds it
 * likely after the rollout's own reasoning, compared with the group's other right answers.
 */
import type { GroupReward, RewardedRollout } from "./reward.ts";

export interface ConsistencySettings {
  /** Bonus of a consistent right answer, times its accuracy. Authors' code: 0.5. */
  readonly weight: number;
  /** Likelihoods are cut here first. Authors' code: 0.95. */
  readonly ceiling: number;
  /** Taken off the baseline: 0 for SEED-Bench-R1, 0.01 for general benchmarks. */
  readonly margin: number;
  /** `care`: the bonus above. `dense`: accuracy times likelihood for all, the paper's ablation. */
  readonly form: "care" | "dense";
}

/** The bonus of each rollout. Without any right answer nobody earns one (the authors' code has NaN there). */
export function consistencyBonuses(rollouts: readonly RewardedRollout[], settings: ConsistencySettings): number[] {
  const likelihoods = rollouts.map(({ answerLikelihood }) => Math.min(answerLikelihood ?? 0, settings.ceiling));
  if (settings.form === "dense") {
    return rollouts.map(({ accuracy, answerLikelihood }) => settings.weight * accuracy * (answerLikelihood ?? 0));
  }
  const mean = rollouts.reduce((sum, { accuracy }) => sum + accuracy, 0) / Math.max(1, rollouts.length);
  const accurate = rollouts.map(({ accuracy }) => accuracy > 0.1 && accuracy >= mean);
  const count = accurate.filter(Boolean).length;
  if (count === 0) return rollouts.map(() => 0);
  const baseline = likelihoods.reduce((sum, value, index) => sum + (accurate[index] ? value : 0), 0) / count;
  return rollouts.map(({ accuracy }, index) =>
    accurate[index] && likelihoods[index]! >= baseline - settings.margin ? settings.weight * accuracy : 0,
  );
}

export function consistencyPart(settings: ConsistencySettings): GroupReward {
  return {
    name: "consistency",
    needsLikelihood: true,
    scoreGroup: ({ rollouts }) => ({ rewards: consistencyBonuses(rollouts, settings) }),
  };
}
