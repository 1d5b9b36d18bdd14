import { describe, expect, it } from "vitest";
import { accuracyReward, evaluationScore } from "./accuracy.ts";

const reward = (type: string, output: string, truth: string): number =>
  accuracyReward(type, `<answer>${output}</answer>`, `<answer>${truth}</answer>`);

describe("multiple choice", () => {
  it("wants the very letter", () => {
    expect(reward("multiple choice", " B\n", "B")).toBe(1);
    for (const output of ["B.", "(B)", "b", "B. left"]) expect(reward("multiple choice", output, "B")).toBe(0);
  });

  it("counts two empty answers as equal, as upstream does", () => {
    expect(accuracyReward("multiple choice", "no tags", "no tags either")).toBe(1);
  });
});

describe("numerical", () => {
  it("wants both or neither written with point or comma", () => {
    expect(reward("numerical", "1,000", "1000")).toBe(0);
    expect(reward("numerical", "3.0", "3")).toBe(0);
    expect(reward("numerical", "1,000", "1000.0")).toBe(1);
  });

  it("compares two decimals", () => {
    expect(reward("numerical", "3.141", "3.14")).toBe(1);
    expect(reward("numerical", "3.146", "3.14")).toBe(0);
    expect(reward("numerical", "inf", "inf")).toBe(1);
  });

  it("gives nothing for what is no number", () => {
    for (const output of ["42%", "3/4", "5 cm", "nan"]) expect(reward("numerical", output, "42")).toBe(0);
    expect(reward("numerical", "nan", "nan")).toBe(0);
  });
});

describe("OCR", () => {
  it("is 1 minus the word error rate, case and punctuation counting", () => {
    expect(reward("OCR", "stop", "STOP")).toBe(0);
    expect(reward("OCR", "a x c", "a b c d")).toBe(0.5);
    expect(reward("OCR", "a b c d e f", "a")).toBe(0);
    expect(accuracyReward("OCR", "", "")).toBe(1);
  });
});

describe("free-form", () => {
  it("is the mean of three ROUGE F-measures", () => {
    expect(reward("free-form", "table", "table")).toBeCloseTo(2 / 3, 12);
    expect(reward("free-form", "表", "表")).toBe(0);
    const pairs: [string, string, number][] = [
      ["the car crash loses the most energy", "The car crash in the video loses the system energy.", 0.603922],
      ["a man is cooking", "the man cooks food", 0.333333],
      ["A baby is playing in the living room.", "Babies are playing in a living room", 0.591453],
      ["running quickly", "run quick", 0.333333],
    ];
    for (const [truth, output, expected] of pairs) expect(reward("free-form", output, truth)).toBeCloseTo(expected, 6);
  });
});

describe("regression", () => {
  it("is 1 minus the relative error", () => {
    expect(reward("regression", "1.5", "2")).toBeCloseTo(0.75, 8);
    expect(reward("regression", "-2.4", "-3")).toBeCloseTo(0.8, 8);
    expect(reward("regression", "5", "2")).toBe(0);
    expect(reward("regression", "two", "2")).toBe(0);
  });

  it("gives 0 where the truth is 0, even for the right answer", () => {
    expect(reward("regression", "0", "0")).toBe(0);
  });

  it("gives 0 for nan instead of being fooled by it", () => {
    expect(reward("regression", "nan", "2")).toBe(0);
  });
});

describe("evaluation", () => {
  it("measures regression by mean relative accuracy and everything else as training does", () => {
    expect(evaluationScore("regression", "2", "2")).toBe(1);
    expect(evaluationScore("regression", "1.8", "2")).toBe(0.8);
    expect(evaluationScore("regression", "3", "2")).toBe(0);
    expect(evaluationScore("regression", "two", "2")).toBe(0);
    expect(evaluationScore("OCR", "H K", "H K L")).toBeCloseTo(2 / 3, 8);
    expect(evaluationScore("multiple choice", "B", "B")).toBe(1);
  });
});

it("gives 0 for an unknown type", () => {
  expect(reward("essay", "x", "x")).toBe(0);
});
