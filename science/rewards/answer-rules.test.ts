import { describe, expect, it } from "vitest";
import { judgedAnswers, VIDEO_R1_ANSWERS } from "./answer-rules.ts";

describe("rules for answers", () => {
  it("are Video-R1's unless a recipe brings others: a single right word earns two thirds by ROUGE", () => {
    expect(VIDEO_R1_ANSWERS.reward("free-form", "yes", "yes")).toBeCloseTo(2 / 3, 12);
    expect(VIDEO_R1_ANSWERS.measure("multiple choice", "B", "B")).toBe(1);
  });

  it("grade free answers when they train and judge them when they are measured", () => {
    const { reward, measure } = judgedAnswers("graded");
    expect([reward("free-form", "yes", "yes"), measure("free-form", "Yes.", "yes")]).toEqual([1, 1]);
    expect(reward("free-form", "no", "yes")).toBeLessThan(0.05);
    expect([reward("free-form", "", "yes"), measure("free-form", "", "yes")]).toEqual([0, 0]);
    const partly = reward("free-form", "yes it goes up", "yes the red ring goes up");
    expect(partly).toBeGreaterThan(0.5);
    expect(partly).toBeLessThan(1);
  });

  it("leave all other problem types as they are", () => {
    const { reward, measure } = judgedAnswers("graded");
    expect([reward("multiple choice", "A", "B"), reward("numerical", "3", "3.0")]).toEqual([0, 0]);
    expect([measure("OCR", "abc", "abc"), judgedAnswers("rouge").reward("free-form", "a b", "a b")]).toEqual([1, 1]);
  });
});
