/** T-GRPO's temporal contrast: ordered answers earn a bonus where the group beats its twin on shuffled frames. */
import type { Gate } from "../../contract/journal.ts";
import type { GroupReward } from "./reward.ts";

export interface TemporalSettings {
  readonly enabled: boolean;
  /** The gate passes when p >= mu * pShuffled. Paper v4: 1; upstream's code: 0.8. */
  readonly mu: number;
  /** Bonus of each eligible ordered answer. */
  readonly alpha: number;
  /** p is the mean accuracy, or the share of answers whose accuracy reaches `proportionAbove`. */
  readonly rule: "mean" | "proportion";
  readonly proportionAbove: number;
  /** Answers with a raw accuracy greater than this one are eligible for bonuses. */
  readonly eligibleAbove: number;
  /** Whether the bonus joins the reward (and is normalised with it) or the advantage (and is not). */
  readonly apply: "reward" | "advantage";
}

/** Video-R1's paper, version 4 (arXiv 2503.21776). */
export const PAPER_TEMPORAL: TemporalSettings = {
  enabled: true,
  mu: 1,
  alpha: 0.3,
  rule: "proportion",
  proportionAbove: 0.5,
  eligibleAbove: 0.1,
  apply: "reward",
};

/** The gate of one prompt from raw accuracies; equality passes, also 0 >= 0. An empty group never passes. */
export function temporalGate(
  ordered: readonly number[],
  shuffled: readonly number[],
  settings: TemporalSettings,
): Gate {
  const p = rate(ordered, settings);
  const pShuffled = rate(shuffled, settings);
  const passed = ordered.length > 0 && shuffled.length > 0 && p >= settings.mu * pShuffled;
  const eligible = passed ? indexesAbove(ordered, settings.eligibleAbove) : [];
  const { mu, rule, alpha, apply } = settings;
  return { p, pShuffled, mu, rule, passed, eligible, alpha, apply };
}

/** The contrast as a part of the reward, or with `apply: "advantage"` of the advantage. */
export function temporalPart(settings: TemporalSettings): GroupReward {
  return {
    name: "temporal",
    scoreGroup: ({ rollouts, shuffled }) => {
      if (shuffled === null) return null;
      const raw = (group: typeof rollouts): number[] => group.map(({ accuracy }) => accuracy);
      const gate = temporalGate(raw(rollouts), raw(shuffled), settings);
      const eligible = new Set(gate.eligible);
      const bonus = rollouts.map((_, index) => (eligible.has(index) ? gate.alpha : 0));
      return gate.apply === "reward" ? { rewards: bonus, gate } : { rewards: null, advantages: bonus, gate };
    },
  };
}

/** Indexes of the accuracies greater than the threshold. */
export function indexesAbove(accuracies: readonly number[], threshold: number): number[] {
  return accuracies.flatMap((accuracy, index) => (accuracy > threshold ? [index] : []));
}

function rate(accuracies: readonly number[], settings: TemporalSettings): number {
  if (accuracies.length === 0) return 0;
  const counted =
    settings.rule === "mean"
      ? accuracies
      : accuracies.map((accuracy) => (accuracy >= settings.proportionAbove ? 1 : 0));
  return counted.reduce((sum, value) => sum + value, 0) / accuracies.length;
}
