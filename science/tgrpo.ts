/** T-GRPO's reward of one group from numbers alone, as reference vectors and stored rollouts have them (rl/tgrpo.json). */
import type { AdvantageMode } from "./advantages.ts";
import { NO_SAMPLE } from "./records.ts";
import { accuracyPart } from "./rewards/accuracy.ts";
import { scoreGroup, type GroupOutcome } from "./rewards/group.ts";
import { lengthPart, type LengthSettings } from "./rewards/length.ts";
import type { RewardedRollout, RewardPart } from "./rewards/reward.ts";
import { temporalPart, type TemporalSettings } from "./rewards/temporal.ts";

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

/** Rewards and advantages of a group, by the very parts that train. */
export function shapeGroup(scores: GroupScores, settings: GroupSettings): GroupOutcome {
  const { accuracies, formats, tokenCounts, shuffledAccuracies } = scores;
  const { temporal, length } = settings;
  const known: RewardPart = { name: "format", scoreGroup: () => ({ rewards: formats }) };
  const parts = [
    accuracyPart,
    ...(temporal.enabled ? [temporalPart(temporal)] : []),
    known,
    ...(length.enabled ? [lengthPart(length, temporal.eligibleAbove)] : []),
  ];
  const group = {
    sample: NO_SAMPLE,
    rollouts: accuracies.map((accuracy, index) => silent(accuracy, tokenCounts[index]!)),
    shuffled: shuffledAccuracies?.map((accuracy) => silent(accuracy, 0)) ?? null,
  };
  return scoreGroup(group, parts, { advantage: settings.advantage, epsilon: settings.epsilon ?? 1e-4 });
}

const silent = (accuracy: number, tokenCount: number): RewardedRollout => ({
  text: "",
  prediction: "",
  accuracy,
  tokenCount,
});
