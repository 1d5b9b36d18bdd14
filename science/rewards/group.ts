/** One prompt's group: every part of the reward of every rollout, totals, and advantages. */
import type { Gate } from "../../contract/journal.ts";
import { deviationOf, groupAdvantages, meanOf, type AdvantageMode } from "../advantages.ts";
import { finite, scoreRollout, type RewardGroup, type RewardPart } from "./reward.ts";

export interface GroupOutcome {
  /** Parts of each rollout; they add up to its reward. */
  readonly parts: readonly Readonly<Record<string, number>>[];
  readonly rewards: readonly number[];
  readonly advantages: readonly number[];
  /** What joined each advantage after normalisation. */
  readonly advantageBonus: readonly number[];
  /** Null where no part has one. */
  readonly gate: Gate | null;
  readonly rewardMean: number;
  readonly rewardStd: number;
  /** No reward differs: the group gives no gradient but that of the KL term. */
  readonly dead: boolean;
}

/**
 * Rewards are summed in the order of the parts.
 * @throws Error that names part and row when a part gives something else than one finite number a rollout.
 */
export function scoreGroup(
  group: RewardGroup,
  parts: readonly RewardPart[],
  normalisation: { readonly advantage: AdvantageMode; readonly epsilon: number },
): GroupOutcome {
  const { rollouts, sample } = group;
  const table: Record<string, number>[] = rollouts.map(() => ({}));
  const advantageBonus = new Array<number>(rollouts.length).fill(0);
  let gate: Gate | null = null;
  const single = rollouts.map((rollout) => scoreRollout(parts, rollout, sample));
  for (const part of parts) {
    const own = "score" in part ? { rewards: single.map((scores) => scores[part.name]!) } : part.scoreGroup(group);
    if (own === null) continue;
    rollouts.forEach((_, index) => {
      if (own.rewards !== null) table[index]![part.name] = finite(part.name, own.rewards[index], sample);
      if (own.advantages) advantageBonus[index]! += finite(part.name, own.advantages[index], sample);
    });
    gate = own.gate ?? gate;
  }
  const rewards = table.map((row) => Object.values(row).reduce((sum, value) => sum + value, 0));
  const dead = rewards.every((reward) => reward === rewards[0]);
  // A sum's rounding must not become an advantage where nothing differs.
  const normalised = groupAdvantages(rewards, normalisation.advantage, normalisation.epsilon).map((value) =>
    (dead && normalisation.advantage !== "reward") || Number.isNaN(value) ? 0 : value,
  );
  return {
    parts: table,
    rewards,
    advantages: normalised.map((value, index) => value + advantageBonus[index]!),
    advantageBonus,
    gate,
    rewardMean: meanOf(rewards),
    rewardStd: deviationOf(rewards),
    dead,
  };
}
