/** What the temporal bonus does to the advantages of one group, computed by the functions that train. */
import { PAPER_LENGTH } from "../../../science/rewards/length.ts";
import { PAPER_TEMPORAL, type TemporalSettings } from "../../../science/rewards/temporal.ts";
import { shapeGroup, type GroupScores } from "../../../science/tgrpo.ts";

/** Which rewards the group's answers earn besides the bonus. */
export type GroupKind = "binary" | "format" | "partial" | "length";

export interface BonusSetup {
  /** G: rollouts of the group. */
  readonly groupSize: number;
  /** How many of them are right. */
  readonly right: number;
  readonly alpha: number;
  readonly kind: GroupKind;
}

export interface BonusEffect {
  /** Right answers first. */
  readonly accuracies: readonly number[];
  /** Advantages without a bonus, with the bonus in the reward, and with the bonus in the advantage. */
  readonly none: readonly number[];
  readonly reward: readonly number[];
  readonly advantage: readonly number[];
  /** Largest change of an advantage against no bonus. */
  readonly rewardChange: number;
  readonly advantageChange: number;
}

const IN_WINDOW = 400;

/** The gate passes: no answer on shuffled frames is right. */
export function bonusEffect({ groupSize, right, alpha, kind }: BonusSetup): BonusEffect {
  const places = Array.from({ length: groupSize }, (_, index) => index);
  // Partial scores fall from 1 to a little above 1/2, so that every right answer still counts as right.
  const partial = (index: number): number => 1 - (0.5 * index) / Math.max(1, right);
  const accuracies = places.map((index) => (index >= right ? 0 : kind === "partial" ? partial(index) : 1));
  const scores: GroupScores = {
    accuracies,
    formats: places.map((index) => (kind === "format" && index === 0 && right > 0 ? 0 : 1)),
    tokenCounts: places.map((index) => (index === 0 ? IN_WINDOW : 1)),
    shuffledAccuracies: [0, 0, 0, 0],
  };
  const advantagesWith = (temporal: Partial<TemporalSettings>): readonly number[] =>
    shapeGroup(scores, {
      temporal: { ...PAPER_TEMPORAL, alpha, ...temporal },
      length: { ...PAPER_LENGTH, enabled: kind === "length" },
      advantage: "group",
    }).advantages;
  const none = advantagesWith({ enabled: false });
  const reward = advantagesWith({ apply: "reward" });
  const advantage = advantagesWith({ apply: "advantage" });
  const change = (other: readonly number[]): number =>
    Math.max(...other.map((value, index) => Math.abs(value - none[index]!)));
  return { accuracies, none, reward, advantage, rewardChange: change(reward), advantageChange: change(advantage) };
}
/** One sentence on what the bonus in the reward came to. */
export function bonusVerdict({ groupSize, right, alpha, kind }: BonusSetup, effect: BonusEffect): string {
  if (right === 0) return "Nobody is right, so nobody earns the bonus.";
  if (alpha === 0) return "With α = 0 there is no bonus.";
  const most = effect.rewardChange;
  if (right === groupSize && most < 0.01) {
    return "Everybody is right and earns the same: the group is dead, with the bonus or without.";
  }
  if (most < 0.01) {
    return `The bonus cancels: no advantage changes by more than ${most < 0.0001 ? "0.0001" : most.toFixed(4)}.`;
  }
  const why = {
    binary: "",
    format: " The gap that the failed format makes shrinks against the gap between right and wrong.",
    partial: " Right answers move closer together, and further from wrong ones: a half-right one gains most.",
    length: " It shrinks the weight of the length bonus.",
  }[kind];
  return `The bonus acts: the largest change of an advantage is ${most.toFixed(2)}.${why}`;
}
