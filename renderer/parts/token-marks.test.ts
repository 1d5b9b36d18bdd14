import { expect, it } from "vitest";
import { marksOf, spanOfTokens } from "./token-marks.ts";

it("finds the span that a token's characters touch", () => {
  expect([...spanOfTokens(["<th", "ink>", " red"], [[1, 4]])]).toEqual([0, 0, -1]);
  expect([...spanOfTokens(["a", "b"], [[1, 1]])]).toEqual([-1, -1]);
  expect([
    ...spanOfTokens(
      ["ab", "", "cd", "ef"],
      [
        [0, 1],
        [3, 6],
      ],
    ),
  ]).toEqual([0, -1, 1, 1]);
});

it("marks tags, the answer, cited times and second thoughts by token", () => {
  const tokens = [
    "<think>",
    "0",
    " s",
    " red",
    ".",
    " So",
    " A",
    ".",
    " Wait",
    "</think>",
    "\n",
    "<answer>",
    "B",
    "</answer>",
  ];
  const marks = marksOf(tokens);
  expect(marks.kind.map((kind) => kind ?? "-").join(" ")).toBe("tag - - - - - - - - tag - tag answer tag");
  expect([...marks.citation]).toEqual([-1, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1]);
  expect(marks.corrections.map(({ kind }) => kind)).toEqual(["flip", "hesitation"]);
  expect(marks.correction[6]).toBe(0);
  expect(marks.correction[8]).toBe(1);
});
