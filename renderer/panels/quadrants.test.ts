import { expect, it } from "vitest";
import { numberOf, quadrantsOf, wordsOfHalf, type JudgedView } from "./quadrants.ts";

it("cuts yes-or-no parts between no and yes, and leaves out what lacks one", () => {
  const items: { a: number | null; b: number }[] = [
    { a: 1, b: 1 },
    { a: 1, b: 0 },
    { a: 0, b: 0 },
    { a: 1, b: 0 },
    { a: null, b: 1 },
  ];
  const { cells, left, cut } = quadrantsOf(
    items,
    ({ a }) => a,
    ({ b }) => b,
  );
  expect(cut).toEqual({ x: 0.5, y: 0.5 });
  expect(cells.map((row) => row.map(({ length }) => length))).toEqual([
    [1, 2],
    [0, 1],
  ]);
  expect(left).toBe(1);
});

it("puts values that are all alike on the side that they are on", () => {
  const all = (value: number) =>
    quadrantsOf(
      [value, value],
      (one) => one,
      (one) => one,
    ).cells;
  expect(all(1)[1]![1]).toHaveLength(2);
  expect(all(0)[0]![0]).toHaveLength(2);
});

it("reads a rollout's numbers by name", () => {
  const rollout = { rewards: { accuracy: 1 }, reward: 1.5, advantage: null, correct: true, tokenCount: 9 } as never;
  expect(
    ["accuracy", "reward", "advantage", "correct", "tokens", "consistency"].map((name) => numberOf(rollout, name)),
  ).toEqual([1, 1.5, null, 1, 9, null]);
});

it("names the halves of yes-or-no numbers by what they mean", () => {
  expect(wordsOfHalf("consistent", "Consistent", true)).toBe("follows");
  expect(wordsOfHalf("correct", "Correct", false)).toBe("wrong");
  expect(wordsOfHalf("format", "Format", true)).toBe("high format");
});

it("counts reasoning that names nothing as not leading to its answer", () => {
  const rollout = { rewards: {}, reward: 0, advantage: 0, correct: true, tokenCount: 3 } as JudgedView;
  expect([true, false, null].map((consistent) => numberOf({ ...rollout, consistent }, "consistent"))).toEqual([
    1, 0, 0,
  ]);
  expect(numberOf(rollout, "consistent")).toBeNull();
});
