import { describe, expect, it } from "vitest";
import { RECIPES, recipeById } from "./recipes/index.ts";
import type { RlStageSettings } from "./settings.ts";
import { scheduleOf } from "./settings.ts";
import { learningRateAt } from "./schedules.ts";

const videoR1 = recipeById("video-r1");
const rl = (preset: string, overrides = {}): RlStageSettings =>
  videoR1.settings(preset, overrides).stages.find((stage) => stage.kind === "rl") as RlStageSettings;

describe("Video-R1's presets", () => {
  it("follow the paper where it speaks", () => {
    const stage = rl("paper-v4");
    expect(stage).toMatchObject({
      groupSize: 8,
      shuffledGroupSize: 4,
      klBeta: 0.04,
      objective: { name: "video_r1" },
      advantage: "group",
    });
    expect(videoR1.settings("paper-v4").values["rl.klClamp"]).toBe(10);
    expect(stage.temporal).toMatchObject({ mu: 1, alpha: 0.3, rule: "proportion", apply: "reward" });
    expect(stage.length).toEqual({ enabled: true, minTokens: 320, maxTokens: 512, omega: 0.2, needsTwo: false });
    expect(stage.optimizer).toMatchObject({ learningRate: 1e-6, weightDecay: 0.01, clip: 5, beta2: 0.999 });
    expect(stage.sampling).toEqual({ temperature: 1, topP: 0.95, topK: 0, maxTokens: 768 });
  });

  it("follow the published code where it differs", () => {
    const stage = rl("upstream-code");
    expect(stage.temporal).toMatchObject({ mu: 0.8, rule: "mean" });
    expect(stage.length.needsTwo).toBe(true);
  });

  it("switch the contrast off for plain GRPO and the stages for their ablations", () => {
    expect(rl("grpo-only")).toMatchObject({ shuffledGroupSize: 0, temporal: { enabled: false } });
    expect(videoR1.settings("zero").stages.map((stage) => stage.kind)).toEqual(["rl"]);
    expect(videoR1.settings("video-only").modality).toBe("video");
  });

  it("all resolve, and every field's default is a value of its own kind", () => {
    for (const recipe of RECIPES) {
      for (const preset of Object.keys(recipe.presets))
        expect(recipe.settings(preset).stages.length).toBeGreaterThan(0);
      for (const [name, field] of Object.entries(recipe.fields)) {
        expect(
          recipe.settings(recipe.defaultPreset, { [name]: recipe.settings(recipe.defaultPreset).values[name] }),
        ).toBeDefined();
        expect(field.explanation.length).toBeGreaterThan(10);
      }
    }
  });

  it("keep the learning rate of a stage inside its schedule", () => {
    const stage = rl("tiny");
    const rates = Array.from({ length: stage.steps }, (_, step) => learningRateAt(step, scheduleOf(stage)));
    expect(Math.max(...rates)).toBeLessThanOrEqual(stage.optimizer.learningRate);
    expect(rates[0]).toBe(0);
  });
});

describe("overrides", () => {
  it("are taken flat, nested, and as text from a command line", () => {
    expect(rl("tiny", { "rl.groupSize": 4 }).groupSize).toBe(4);
    expect(rl("tiny", { rl: { groupSize: 4 } }).groupSize).toBe(4);
    expect(rl("tiny", { "rl.groupSize": "4", "length.enabled": "true" })).toMatchObject({
      groupSize: 4,
      length: { enabled: true },
    });
  });

  it("are refused with field and remedy when wrong", () => {
    expect(() => rl("tiny", { groupSize: 4 })).toThrow(/Did you mean rl.groupSize/);
    expect(() => rl("tiny", { "rl.groupSize": 1 })).toThrow(/a whole number from 2 to 256/);
    expect(() => rl("tiny", { "rl.groupSize": 4.5 })).toThrow(/a whole number/);
    expect(() => rl("tiny", { "rl.objective": "magic" })).toThrow(/one of: grpo/);
    expect(() => rl("tiny", { "length.minTokens": 900 })).toThrow(/greater than length.maxTokens/);
    expect(() => rl("tiny", { "rl.shuffledGroupSize": 0 })).toThrow(/temporal.enabled/);
    expect(() => videoR1.settings("huge")).toThrow(/no preset "huge"/);
    expect(() => recipeById("video-r2")).toThrow(/no recipe "video-r2"/);
  });
});
