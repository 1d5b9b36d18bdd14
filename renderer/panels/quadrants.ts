/** Rollouts by two of their numbers, cut into four: which half of each they fall into. */
import type { RolloutView } from "../../contract/methods.ts";

/** A rollout with what a rule says of its reasoning: whether it leads to the answer; null where it names nothing. */
export interface JudgedView extends RolloutView {
  readonly consistent?: boolean | null;
}

/**
 * A number of a rollout by name: a reward part, or `reward`, `advantage`, `correct`, `tokens`, `consistent` (reasoning
 * that names nothing does not lead to the answer). Null where it has none.
 */
export function numberOf(rollout: JudgedView, name: string): number | null {
  switch (name) {
    case "consistent":
      return rollout.consistent === undefined ? null : Number(rollout.consistent === true);
    case "reward":
      return rollout.reward;
    case "advantage":
      return rollout.advantage;
    case "correct":
      return Number(rollout.correct);
    case "tokens":
      return rollout.tokenCount;
    default:
      return rollout.rewards[name] ?? null;
  }
}

/** Numbers that are no or yes, in words for each: index 1 is yes. */
const YES_OR_NO: Readonly<Record<string, readonly [string, string]>> = {
  correct: ["wrong", "right"],
  consistent: ["does not follow", "follows"],
};

export const isYesOrNo = (name: string): boolean => name in YES_OR_NO;

/** How the half of a number is called; `label` names the number where it is none of yes and no. */
export function wordsOfHalf(name: string, label: string, upper: boolean): string {
  return YES_OR_NO[name]?.[upper ? 1 : 0] ?? `${upper ? "high" : "low"} ${label.toLowerCase()}`;
}

export interface Quadrants<Item> {
  /** A value above its cut is in the upper half. */
  readonly cut: { readonly x: number; readonly y: number };
  /** `[upper y][upper x]`: index 1 is the upper half. */
  readonly cells: readonly (readonly (readonly Item[])[])[];
  /** Items that lack one of the numbers. */
  readonly left: number;
}

/** Cut in the middle between the least and the greatest value: between no and yes where a part has only those. */
export function quadrantsOf<Item>(
  items: readonly Item[],
  x: (item: Item) => number | null,
  y: (item: Item) => number | null,
  fixed: { readonly x?: number; readonly y?: number } = {},
): Quadrants<Item> {
  const having = items.filter((item) => x(item) !== null && y(item) !== null);
  const middle = (of: (item: Item) => number | null) => {
    const values = having.map((item) => of(item)!);
    return values.length === 0
      ? 0.5
      : Math.min(...values) === Math.max(...values)
        ? values[0]! - (values[0]! > 0 ? 1e-9 : -1e-9)
        : (Math.min(...values) + Math.max(...values)) / 2;
  };
  const cut = { x: fixed.x ?? middle(x), y: fixed.y ?? middle(y) };
  const cell = (upperY: boolean, upperX: boolean) =>
    having.filter((item) => x(item)! > cut.x === upperX && y(item)! > cut.y === upperY);
  return {
    cut,
    cells: [
      [cell(false, false), cell(false, true)],
      [cell(true, false), cell(true, true)],
    ],
    left: items.length - having.length,
  };
}
