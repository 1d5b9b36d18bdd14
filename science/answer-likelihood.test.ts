import { describe, expect, it } from "vitest";
import { answerTokenSpan, likelihoodOf } from "./answer-likelihood.ts";

describe("the answer's tokens", () => {
  it("stand strictly between the last opening tag and its close", () => {
    expect(answerTokenSpan(["<think>", "x", "</think>", "<answer>", "A", "</answer>", "<|im_end|>"])).toEqual([4, 5]);
    expect(answerTokenSpan(["<answer>", "A", "</answer>", "<answer>", "B", "C", "</answer>"])).toEqual([4, 6]);
    expect(answerTokenSpan(["<ans", "wer>", "2", "4", "</", "answer>"])).toEqual([2, 4]);
  });

  it("are none where a tag is missing, or shares a token with the answer", () => {
    expect(answerTokenSpan(["A", "</answer>"])).toBeNull();
    expect(answerTokenSpan(["<answer>", "A"])).toBeNull();
    expect(answerTokenSpan(["<answer>", "</answer>"])).toBeNull();
    expect(answerTokenSpan(["<answer>A", "</answer>"])).toBeNull();
  });
});

describe("an answer's likelihood", () => {
  it("is the geometric or the arithmetic mean of its tokens' probabilities", () => {
    const logProbs = [0, Math.log(0.9), Math.log(0.4), 0];
    expect(likelihoodOf(logProbs, [1, 3], "geometric")).toBeCloseTo(0.6, 12);
    expect(likelihoodOf(logProbs, [1, 3], "arithmetic")).toBeCloseTo(0.65, 12);
  });
});
