/** One prompt's group under T-GRPO: parts of the reward, the gate, totals and advantages. Reference vectors: rl/tgrpo.json. */
import type { Gate } from "../contract/journal.ts";
import { deviationOf, groupAdvantages, meanOf, type AdvantageMode } from "./advantages.ts";
import { lengthBonus, type LengthSettings } from "./rewards/length.ts";
import { temporalGate, type TemporalSettings } from "./rewards/temporal.ts";

export interface GroupScores {
  /** Raw accuracy and format of each ordered rollout. */
  readonly accuracies: readonly number[];
  readonly formats: readonly number[];
  /** Tokens of each, end mark included. */
  readonly tokenCounts: readonly number[];
  /** Raw accuracies on shuffled frames; null for pictures and plain GRPO. */
  readonly shuffledAccuracies: readonly number[] | null;
}

export interface GroupSettings {
  readonly temporal: TemporalSettings;
  readonly length: LengthSettings;
  readonly advantage: AdvantageMode;
  readonly epsilon?: number;
}

export interface GroupOutcome {
  /** Components of each rollout; they add up to its reward. */
  readonly parts: readonly Readonly<Record<string, number>>[];
  readonly rewards: readonly number[];
  readonly advantages: readonly number[];
  /** Null where the contrast does not apply. */
  readonly gate: Gate | null;
  readonly rewardMean: number;
  readonly rewardStd: number;
  /** No reward differs: the group gives no gradient but that of the KL term. */
  readonly dead: boolean;
}

/** Rewards and advantages of a group. With `apply: "advantage"` alpha joins the advantage after normalisation. */
export function shapeGroup(scores: GroupScores, settings: GroupSettings): GroupOutcome {
  const { accuracies, formats, tokenCounts, shuffledAccuracies } = scores;
  const { temporal, length } = settings;
  const gate =
    temporal.enabled && shuffledAccuracies !== null ? temporalGate(accuracies, shuffledAccuracies, temporal) : null;
  const eligible = new Set(gate?.eligible ?? []);
  const bonus = lengthBonus(accuracies, tokenCounts, length, temporal.eligibleAbove);
  const inReward = gate !== null && gate.apply === "reward";
  const parts = accuracies.map((accuracy, index) => ({
    accuracy,
    format: formats[index]!,
    ...(inReward ? { temporal: eligible.has(index) ? gate.alpha : 0 } : {}),
    ...(length.enabled ? { length: bonus[index]! } : {}),
  }));
  const rewards = parts.map((part) => {
    const {
      accuracy,
      format,
      temporal: contrast = 0,
      length: wanted = 0,
    } = part as Record<string, number> & typeof part;
    return accuracy + contrast + format + wanted;
  });
  const dead = rewards.every((reward) => reward === rewards[0]);
  // A sum's rounding must not become an advantage where nothing differs.
  const normalised = groupAdvantages(rewards, settings.advantage, settings.epsilon ?? 1e-4).map((value) =>
    dead || Number.isNaN(value) ? 0 : value,
  );
  const inAdvantage = gate !== null && gate.apply === "advantage";
  const advantages = normalised.map((value, index) => value + (inAdvantage && eligible.has(index) ? gate.alpha : 0));
  return { parts, rewards, advantages, gate, rewardMean: meanOf(rewards), rewardStd: deviationOf(rewards), dead };
}
