import { describe, expect, it } from "vitest";
import { annotate, isKept, sftRow, unanswered } from "./annotation.ts";
import { readRow, type Sample } from "./records.ts";

const row = {
  problem_id: 7,
  problem: "What is it?",
  data_type: "image",
  problem_type: "free-form",
  options: [],
  solution: "<answer>table</answer>",
  path: "./a/b.png",
  data_source: "mine",
  difficulty: 3,
};
const read = readRow(row, "f", 1);
const sample = (read as { sample: Sample }).sample;

describe("annotation", () => {
  it("scores as RL does and keeps reasoning with its tags", () => {
    const right = annotate(sample, ["<think>four legs</think>\n<answer>table</answer>"]);
    expect(right).toMatchObject({ answer: "table", process: "<think>four legs</think>" });
    expect(right.reward).toBeCloseTo(2 / 3, 12);
    // The one-word answer just passes the cut of 0.6.
    expect(isKept(right)).toBe(true);
    expect(isKept(annotate(sample, ["<think>t</think><answer>a chair</answer>"]))).toBe(false);
  });

  it("does not keep an answer without reasoning, nor a row that was never asked", () => {
    expect(isKept(annotate(sample, ["<answer>table</answer>"]))).toBe(false);
    expect(isKept(unanswered(sample, "no such file"))).toBe(false);
  });

  it("takes the best of several outputs, reasoning first", () => {
    const outputs = [
      "<answer>table</answer>",
      "<think>a</think><answer>x</answer>",
      "<think>b</think><answer>table</answer>",
    ];
    expect(annotate(sample, outputs).process).toBe("<think>b</think>");
    expect(annotate(sample, ["nothing", "<think>first</think>", "<think>second</think>"]).process).toBe(
      "<think>first</think>",
    );
  });

  it("writes rows that read back as the sample with its trace", () => {
    const written = sftRow(sample, annotate(sample, ["<think>b</think><answer>table</answer>"]));
    expect(Object.keys(written).slice(0, 9)).toEqual([
      ...Object.keys(row).slice(0, 5),
      "process",
      "solution",
      "path",
      "data_source",
    ]);
    expect(written).toMatchObject({ problem_id: 7, path: "./a/b.png", difficulty: 3 });
    const again = readRow(written, "f", 1) as { sample: Sample };
    expect(again.sample).toMatchObject({ id: "7", process: "<think>b</think>", solution: "<answer>table</answer>" });
  });
});
