import { describe, expect, it } from "vitest";
import { NO_SAMPLE, type Sample } from "../records.ts";
import type { RlStageSettings } from "../settings.ts";
import { videoHallu } from "./videohallu.ts";

const rlStages = (preset: string, overrides = {}): RlStageSettings[] =>
  videoHallu.settings(preset, overrides).stages.filter((stage): stage is RlStageSettings => stage.kind === "rl");
const row = (diet: string): Sample => ({ ...NO_SAMPLE, extra: { diet } });
const dietsOf = (stage: RlStageSettings): string[] =>
  ["general", "physics", "synthetic"].filter((diet) => stage.rows!(row(diet)));

describe("VideoHallu's recipe", () => {
  it("trains one stage a block of the curriculum, each on its diet", () => {
    expect(rlStages("curriculum").map((stage) => [stage.name, stage.steps, dietsOf(stage)])).toEqual([
      ["rl", 50, ["physics"]],
      ["rl-2", 70, ["synthetic"]],
    ]);
    expect(rlStages("mixed").map((stage) => [stage.steps, dietsOf(stage)])).toEqual([[120, ["physics", "synthetic"]]]);
    expect(rlStages("possible-only").map(dietsOf)).toEqual([["physics"]]);
    expect(rlStages("upstream-general").map(dietsOf)).toEqual([["general"], ["synthetic"]]);
  });

  it("grades free answers while it trains, and judges them when it measures", () => {
    const { evaluation } = videoHallu.settings("tiny");
    const [stage] = rlStages("tiny");
    expect(stage!.answers.reward("free-form", "yes", "yes")).toBe(1);
    expect(rlStages("rouge")[0]!.answers.reward("free-form", "yes", "yes")).toBeCloseTo(2 / 3, 12);
    expect(evaluation.answers.measure("free-form", "Yes.", "yes")).toBe(1);
    expect(evaluation.answers.name).toContain("judged by polarity-and-words-rule");
  });

  it("keeps the published constants: T-GRPO on, G 8, KL 0.04, clip 5, 768 tokens, 501,760 pixels", () => {
    const { values } = videoHallu.settings("upstream-code");
    expect(values).toMatchObject({
      "temporal.enabled": true,
      "length.enabled": true,
      "rl.groupSize": 8,
      "rl.klBeta": 0.04,
      "rl.learningRate": 1e-6,
      "rl.weightDecay": 0.01,
      "rl.schedule": "cosine",
      "rl.clip": 5,
      "sampling.temperature": 1,
      "sampling.maxTokens": 768,
      "vision.maxPixels": 501_760,
      "hallu.curriculum": "physics then synthetic",
    });
  });
});
