/** Video-R1's length bonus: correct answers of a wanted length earn a little more. */
import type { GroupReward } from "./reward.ts";
import { indexesAbove } from "./temporal.ts";

export interface LengthSettings {
  readonly enabled: boolean;
  /** Tokens including the end mark, both bounds included. */
  readonly minTokens: number;
  readonly maxTokens: number;
  readonly omega: number;
  /** Only where at least two answers of the group are right (upstream's code; the paper has no such condition). */
  readonly needsTwo: boolean;
}

/** Video-R1's paper (arXiv 2503.21776). */
export const PAPER_LENGTH: LengthSettings = {
  enabled: true,
  minTokens: 320,
  maxTokens: 512,
  omega: 0.2,
  needsTwo: false,
};

/** The bonus of each rollout of a group, 0 where it earns none. */
export function lengthBonus(
  accuracies: readonly number[],
  tokenCounts: readonly number[],
  settings: LengthSettings,
  eligibleAbove = 0.1,
): number[] {
  const bonus = new Array<number>(accuracies.length).fill(0);
  const eligible = indexesAbove(accuracies, eligibleAbove);
  if (!settings.enabled || (settings.needsTwo && eligible.length < 2)) return bonus;
  for (const index of eligible) {
    const tokens = tokenCounts[index]!;
    if (tokens >= settings.minTokens && tokens <= settings.maxTokens) bonus[index] = settings.omega;
  }
  return bonus;
}

/** The bonus as a part of the reward. */
export function lengthPart(settings: LengthSettings, eligibleAbove: number): GroupReward {
  return {
    name: "length",
    scoreGroup: ({ rollouts }) => {
      const accuracies = rollouts.map(({ accuracy }) => accuracy);
      const tokenCounts = rollouts.map(({ tokenCount }) => tokenCount);
      return { rewards: lengthBonus(accuracies, tokenCounts, settings, eligibleAbove) };
    },
  };
}
