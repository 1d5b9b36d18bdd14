import { expect, it } from "vitest";
import type { GroupView, RolloutView } from "../../../contract/methods.ts";
import { joinPairs, passesFilter, shareCorrect } from "./pairs.ts";

const rollout = (text: string, correct: boolean, stopReason = "stop") => ({ text, correct, stopReason }) as RolloutView;
const group = (pair: string, view: string, rollouts: RolloutView[], more: Partial<GroupView> = {}) =>
  ({ pair, view, rollouts, dead: false, gate: null, ...more }) as GroupView;

const groups = [
  group("5-0", "ordered", [rollout("red", true), rollout("<think>wait, blue</think>", false)]),
  group("5-0", "shuffled", [rollout("red", true, "length")]),
  group("5-1", "ordered", [rollout("two", false)], { dead: true }),
];

it("joins the ordered and the shuffled group of a prompt", () => {
  const pairs = joinPairs(groups);
  expect(pairs.map(({ pair, shuffled }) => [pair, shuffled?.view ?? null])).toEqual([
    ["5-0", "shuffled"],
    ["5-1", null],
  ]);
  expect(shareCorrect(pairs[0]!.ordered)).toBe(0.5);
});

it("finds dead, truncated and self-correcting groups", () => {
  const pairs = joinPairs(groups);
  expect(pairs.map((pair) => passesFilter(pair, "dead"))).toEqual([false, true]);
  expect(pairs.map((pair) => passesFilter(pair, "truncated"))).toEqual([true, false]);
  expect(pairs.map((pair) => passesFilter(pair, "correction"))).toEqual([true, false]);
});
