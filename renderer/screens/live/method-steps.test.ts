import { expect, it } from "vitest";
import type { RunDetail } from "../../../contract/methods.ts";
import { methodSteps, settingsOf, toldStage } from "./method-steps.ts";

const launched = (preset: string, overrides: Record<string, unknown> = {}, recipe = "video-r1") =>
  settingsOf({ recipe, preset, config: { overrides } } as unknown as RunDetail);
const wordsOf = (preset: string, stage: string, overrides?: Record<string, unknown>) =>
  methodSteps(launched(preset, overrides)!, stage)
    .map(({ title, text }) => `${title}: ${text}`)
    .join("\n");

it("tells an update of T-GRPO with the run's own numbers", () => {
  const words = wordsOf("tiny", "rl", { "rl.promptsPerStep": 5, "temporal.alpha": 0.4 });
  expect(words).toMatch(/Ask: 5 questions .* up to 8 frames/);
  expect(words).toMatch(/writes 8 answers .* 4 more to the same frames shuffled/);
  expect(words).toMatch(/at least as well as the shuffled ones, right ones earn 0\.40 more/);
  expect(words).toMatch(/β = 0\.020/);
  expect(methodSteps(launched("tiny")!, "rl")[1]!.answers).toEqual({ ordered: 8, shuffled: 4 });
});

it("says nothing of shuffled frames where the recipe has no contrast, and of slack where it has some", () => {
  expect(wordsOf("grpo-only", "rl")).not.toMatch(/shuffled|order/);
  expect(wordsOf("upstream-code", "rl")).toMatch(/at least 0\.80 times as well as/);
});

it("calls a control a control: permuted rewards teach nothing", () => {
  expect(wordsOf("tiny", "rl", { "rl.permuteRewards": true })).toMatch(/control.*nothing to learn/);
});

it("tells the stage that goes on, else the last one that was reached", () => {
  const settings = launched("tiny")!;
  const stages = [
    { name: "sft", kind: "sft", steps: 120 },
    { name: "rl", kind: "rl", steps: 200 },
  ];
  expect(toldStage({ stage: "sft", stages, step: 3 }, settings)).toBe("sft");
  expect(toldStage({ stage: null, stages, step: 120 }, settings)).toBe("sft");
  expect(toldStage({ stage: null, stages, step: 121 }, settings)).toBe("rl");
});

it("knows nothing of other tools' runs and of settings that no longer exist", () => {
  expect(launched("tiny", {}, "imported")).toBeNull();
  expect(launched("tiny", { "rl.gone": 1 })).toBeNull();
});
