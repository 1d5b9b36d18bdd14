import { describe, expect, it } from "vitest";
import { multiAnswerScore } from "./multi-answer.ts";

describe("questions with several right letters", () => {
  it.each([
    ["A", 1 / 3, 0],
    ["A, C", 2 / 3, 0],
    ["C,D,A", 1, 1],
    ["A,B", 0, 0],
    ["", 0, 0],
    ["A,A", 1 / 3, 0],
    ["A,C,D,", 1, 1],
  ])("give %j soft %d and fixed %d for the key A,C,D", (answer, soft, fixed) => {
    expect(multiAnswerScore(answer, "A,C,D", "soft")).toBe(soft);
    expect(multiAnswerScore(answer, "A,C,D", "fixed")).toBe(fixed);
  });
});
