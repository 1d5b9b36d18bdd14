/** The reward of Video-R1 and its relatives as a list of parts. */
import { accuracyPart } from "./accuracy.ts";
import { formatPart, type FormatOptions } from "./format.ts";
import { lengthPart, type LengthSettings } from "./length.ts";
import type { Reward, RewardPart } from "./reward.ts";
import { temporalPart, type TemporalSettings } from "./temporal.ts";

export interface StandardRewardSettings {
  readonly temporal: TemporalSettings;
  readonly length: LengthSettings;
  readonly format: FormatOptions;
  /** Factors on the parts that judge one rollout; the bonuses have their own sizes. Default 1. */
  readonly weights?: { readonly accuracy: number; readonly format: number };
}

/** Accuracy, temporal contrast, format, length: in the order in which the authors' code adds them up. */
export function standardRewards({ temporal, length, format, weights }: StandardRewardSettings): RewardPart[] {
  return [
    weighted(accuracyPart, weights?.accuracy ?? 1),
    ...(temporal.enabled ? [temporalPart(temporal)] : []),
    weighted(formatPart(format), weights?.format ?? 1),
    ...(length.enabled ? [lengthPart(length, temporal.eligibleAbove)] : []),
  ];
}

/** A part that counts more or less; gates and bonuses go on looking at the raw accuracy. */
function weighted(part: Reward, weight: number): Reward {
  return weight === 1 ? part : { ...part, score: (rollout, sample) => weight * part.score(rollout, sample) };
}
