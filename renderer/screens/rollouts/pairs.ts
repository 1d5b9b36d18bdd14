/** The groups of a step joined by prompt: what was answered with the frames in order, and what with shuffled ones. */
import type { GroupView, RolloutView } from "../../../contract/methods.ts";
import { findCorrections } from "../../../science/aha.ts";

export interface Pair {
  readonly pair: string;
  /** The view that is trained on; of a lone shuffled group that one. */
  readonly ordered: GroupView;
  readonly shuffled: GroupView | null;
}

export const FILTERS = ["all", "dead", "gate", "truncated", "correction"] as const;
export type PairFilter = (typeof FILTERS)[number];

/** Joins groups that share a prompt, in the order in which they came. */
export function joinPairs(groups: readonly GroupView[]): Pair[] {
  const byPair = new Map<string, GroupView[]>();
  for (const group of groups) byPair.set(group.pair, [...(byPair.get(group.pair) ?? []), group]);
  return [...byPair].map(([pair, members]) => {
    const ordered = members.find(({ view }) => view !== "shuffled") ?? members[0]!;
    return { pair, ordered, shuffled: members.find((group) => group.view === "shuffled" && group !== ordered) ?? null };
  });
}

const isTruncated = (rollout: RolloutView) => rollout.stopReason === "length";

/** Whether a pair passes a filter. */
export function passesFilter({ ordered, shuffled }: Pair, filter: PairFilter): boolean {
  const rollouts = [...ordered.rollouts, ...(shuffled?.rollouts ?? [])];
  switch (filter) {
    case "all":
      return true;
    case "dead":
      return ordered.dead;
    case "gate":
      return ordered.gate?.passed === true && ordered.gate.eligible.length > 0;
    case "truncated":
      return rollouts.some(isTruncated);
    case "correction":
      return rollouts.some(({ text }) => findCorrections(text).length > 0);
  }
}

/** Share of right answers in a group; null without rollouts. */
export function shareCorrect(group: GroupView | null): number | null {
  if (!group || group.rollouts.length === 0) return null;
  return group.rollouts.filter(({ correct }) => correct).length / group.rollouts.length;
}
