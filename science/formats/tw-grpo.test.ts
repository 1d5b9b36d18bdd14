import { describe, expect, it } from "vitest";
import { readRow } from "../records.ts";
import { twGrpoItems } from "./tw-grpo.ts";

const extended = {
  id: 7,
  video: "videos/7.mp4",
  question: "what didn't the person do",
  options: ["(A) sit", "(B) run", "(C) eat"],
  type: "CW",
  answer: "(A),(C)",
  solution: "<answer>A,C</answer>",
  is_negated: true,
};
const rowOf = (record: unknown) => {
  const converted = twGrpoItems.convert(record);
  expect(converted.kind).toBe("row");
  const read = readRow(converted.kind === "row" ? converted.row : null, "file", 1);
  if (read.kind !== "sample") throw new Error(read.problem.reason);
  return read.sample;
};
const reasonOf = (record: unknown): string => {
  const converted = twGrpoItems.convert(record);
  return converted.kind === "problem" ? converted.reason : "";
};

describe("TW-GRPO's records", () => {
  it("give a question with its options and a key of several letters", () => {
    const problem = "What happens without the red cube?\nA the sphere hits the wall\nB the cubes meet\nC nothing";
    expect(rowOf({ problem, video: "/data/1.mp4", solution: "<answer>C, A</answer>" })).toMatchObject({
      question: "What happens without the red cube?",
      options: ["A. the sphere hits the wall", "B. the cubes meet", "C. nothing"],
      answer: "A,C",
      path: "data/1.mp4",
    });
  });

  it("give inverted items with their type", () => {
    expect(rowOf(extended)).toMatchObject({
      id: "7",
      options: ["A. sit", "B. run", "C. eat"],
      answer: "A,C",
      task: "CW",
    });
  });

  it("are refused where the key is of a negated question and the text is not negated", () => {
    expect(reasonOf({ ...extended, question: "the person did what" })).toMatch(/not negated/);
    expect(reasonOf({ ...extended, question: "the person did what", is_negated: false })).toBe("");
  });

  it("are refused where key and options do not fit, or answer and solution differ", () => {
    expect(reasonOf({ ...extended, answer: "(A),(D)", solution: null })).toMatch(/does not name letters/);
    expect(reasonOf({ ...extended, solution: "<answer>B</answer>" })).toMatch(/solution: it says B/);
    expect(reasonOf({ ...extended, options: ["(B) sit", "(A) run"] })).toMatch(/lettered B/);
    expect(reasonOf({ problem: "No options?", video: "a.mp4", solution: "<answer>A</answer>" })).toMatch(/options/);
    expect(reasonOf("text")).not.toBe("");
  });
});
