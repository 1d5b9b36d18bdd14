/** The groups of a step joined by prompt: what was answered with the frames in order, and what with shuffled ones. */
import type { GroupView, RolloutView } from "../../../contract/methods.ts";
import { findCorrections } from "../../../science/aha.ts";
import { isConsistent } from "../../../science/metrics/consistency.ts";

export interface Pair {
  readonly pair: string;
  /** The view that is trained on; of a lone shuffled group that one. */
  readonly ordered: GroupView;
  readonly shuffled: GroupView | null;
}

export const FILTERS = ["all", "dead", "gate", "truncated", "correction", "contradiction"] as const;
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

/** Whether the reasoning leads, by a rule, to another answer than the one that is given. */
export const contradictsItself = (
  { text }: Pick<RolloutView, "text">,
  { problemType, options }: Pick<GroupView, "problemType" | "options">,
): boolean => isConsistent(text, problemType, options) === false;

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
    case "contradiction":
      return rollouts.some((rollout) => contradictsItself(rollout, ordered));
  }
}

/** Whether the prompt or one of its answers holds all the words, in any order. */
export function holdsWords({ ordered, shuffled }: Pair, query: string): boolean {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const texts = [...ordered.rollouts, ...(shuffled?.rollouts ?? [])].map(({ text }) => text);
  const all = [ordered.question, ordered.task, ordered.sampleId, ...ordered.options, ...texts].join("\n").toLowerCase();
  return words.every((word) => all.includes(word));
}

/** The answer of a group to read another one beside: the best of the others, for the best one the least; null for a lone one. */
export function counterpartOf(group: Pick<GroupView, "rollouts">, rollout: RolloutView): RolloutView | null {
  const others = group.rollouts.filter(({ id }) => id !== rollout.id);
  if (others.length === 0) return null;
  const best = others.reduce((most, one) => (one.reward > most.reward ? one : most));
  if (best.reward > rollout.reward) return best;
  return others.reduce((least, one) => (one.reward < least.reward ? one : least));
}

/** Share of right answers in a group; null without rollouts. */
export function shareCorrect(group: GroupView | null): number | null {
  if (!group || group.rollouts.length === 0) return null;
  return group.rollouts.filter(({ correct }) => correct).length / group.rollouts.length;
}
