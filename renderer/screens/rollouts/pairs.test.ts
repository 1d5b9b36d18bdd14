import { expect, it } from "vitest";
import type { GroupView, RolloutView } from "../../../contract/methods.ts";
import { counterpartOf, holdsWords, joinPairs, passesFilter, shareCorrect } from "./pairs.ts";

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

it("finds answers that contradict their own reasoning", () => {
  const options = ["A. red", "B. blue"];
  const answered = (letter: string) =>
    group("6-0", "ordered", [rollout(`<think>It is blue. So B</think><answer>${letter}</answer>`, letter === "B")], {
      problemType: "multiple choice",
      options,
    });
  expect(["A", "B"].map((letter) => passesFilter(joinPairs([answered(letter)])[0]!, "contradiction"))).toEqual([
    true,
    false,
  ]);
});

it("finds words in the question, the options and the answers of both views", () => {
  const [pair] = joinPairs(
    groups.map((one) => ({ ...one, question: "Which color?", task: "color", sampleId: "t-1", options: [] })),
  );
  expect(["COLOR which", "wait", "", "green"].map((query) => holdsWords(pair!, query))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

it("reads an answer beside the best of its group, and the best beside the least", () => {
  const rewards = [1, 2.3, 0].map((reward, id) => ({ id, index: id, reward }) as RolloutView);
  const own = { rollouts: rewards };
  expect(rewards.map((one) => counterpartOf(own, one)!.index)).toEqual([1, 2, 1]);
  expect(counterpartOf({ rollouts: rewards.slice(0, 1) }, rewards[0]!)).toBeNull();
});
