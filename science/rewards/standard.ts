/** The reward of Video-R1 and its relatives as a list of parts. */
import { accuracyPart } from "./accuracy.ts";
import { formatPart, type FormatOptions } from "./format.ts";
import { lengthPart, type LengthSettings } from "./length.ts";
import type { RewardPart } from "./reward.ts";
import { temporalPart, type TemporalSettings } from "./temporal.ts";

export interface StandardRewardSettings {
  readonly temporal: TemporalSettings;
  readonly length: LengthSettings;
  readonly format: FormatOptions;
}

/** Accuracy, temporal contrast, format, length: in the order in which the authors' code adds them up. */
export function standardRewards({ temporal, length, format }: StandardRewardSettings): RewardPart[] {
  return [
    accuracyPart,
    ...(temporal.enabled ? [temporalPart(temporal)] : []),
    formatPart(format),
    ...(length.enabled ? [lengthPart(length, temporal.eligibleAbove)] : []),
  ];
}
