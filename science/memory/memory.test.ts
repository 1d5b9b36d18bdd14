import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { videoR1 } from "../recipes/video-r1.ts";
import { architectureOf } from "./architecture.ts";
import { memoryRefusal } from "./fits.ts";
import { estimateMemory } from "./plan.ts";
import { QWEN_3B, QWEN_7B } from "./qwen.ts";
import { weightBytes } from "./weights.ts";

const choices = {
  precision: "bf16",
  checkpointIsHalf: true,
  frozenVision: false,
  lora: null,
  optimizer: "float32",
  checkpointing: "auto",
} as const;

describe("an architecture read from config.json", () => {
  it("has the published numbers of parameters", () => {
    expect(architectureOf(QWEN_3B).parameterCount).toBe(3_754_622_976);
    expect(architectureOf(QWEN_7B).parameterCount).toBe(8_292_166_656);
    expect(architectureOf(QWEN_3B).tensors).toHaveLength(824);
    expect(architectureOf(QWEN_7B).tensors).toHaveLength(729);
  });

  it("names what is missing", () => {
    expect(() => architectureOf({ hidden_size: 64 })).toThrow(/no number num_attention_heads/);
  });
});

describe("the planner", () => {
  it("counts weights and what trains them by the byte", () => {
    const a = architectureOf(QWEN_3B);
    const frozen = weightBytes(a, choices, false);
    expect(frozen.mappedWeights + frozen.weights / 2).toBeCloseTo(2 * a.parameterCount, -7);
    const full = weightBytes(a, choices, true);
    // bfloat16 weights, float32 masters, gradients and two moments: 18 bytes a parameter.
    expect(Math.abs(full.weights + full.gradients + full.optimiser - 18 * a.parameterCount)).toBeLessThan(2e7);
    const lora = weightBytes(a, { ...choices, lora: { rank: 16, alpha: 32 } }, true);
    // engine.md: 29.9 M adapter parameters at rank 16.
    expect(lora.gradients / 4 / 1e6).toBeCloseTo(29.9, 1);
    expect(lora.mappedWeights).toBe(frozen.mappedWeights);
    const small = weightBytes(a, { ...choices, optimizer: "8bit" }, true);
    expect(small.optimiser / full.optimiser).toBeCloseTo(0.254, 2);
  });

  it("says what to change when a run cannot fit, and the changed run fits", () => {
    const settings = videoR1.settings("paper-v4");
    const { bytes } = estimateMemory(settings, QWEN_7B);
    expect(bytes).toBeGreaterThan(140e9);
    expect(memoryRefusal(settings, QWEN_7B, 200e9)).toBeNull();
    const refusal = memoryRefusal(settings, QWEN_7B, 80e9);
    expect(refusal).toMatch(/Stage \w+ needs about \d+ GB of memory, but 80 GB are free/);
    expect(refusal).toMatch(/Set model\.lora to 16/);
    const changed = videoR1.settings("paper-v4", { "model.lora": 16 });
    expect(memoryRefusal(changed, QWEN_7B, 80e9)).toBeNull();
    expect(memoryRefusal(changed, QWEN_7B, 8e9)).toMatch(/Even .* leave it at .*: use fewer frames/);
  });

  it("sees every saving in the settings that asks for it", () => {
    const bytes = (overrides: Record<string, unknown>): number =>
      estimateMemory(videoR1.settings("paper-v4", overrides), QWEN_3B).bytes;
    const full = bytes({});
    for (const overrides of [
      { "vision.freeze": true },
      { "model.optimizer": "8bit" },
      { "model.lora": 16 },
      { "vision.maxFrames": 8 },
      { "sampling.maxTokens": 256 },
    ])
      expect(bytes(overrides), JSON.stringify(overrides)).toBeLessThan(full);
    expect(bytes({ "model.checkpointing": "never" })).toBeGreaterThan(full);
    expect(bytes({ "model.precision": "float32" })).toBeGreaterThan(
      bytes({ "model.precision": "bf16", "model.lora": 8 }),
    );
  });

  it("reads the shipped base model's config", () => {
    const config = JSON.parse(
      readFileSync(new URL("../../resources/base-model/config.json", import.meta.url), "utf8"),
    ) as object;
    const { parameters, bytes } = estimateMemory(videoR1.settings("tiny"), config);
    expect(parameters).toBeGreaterThan(1e6);
    expect(bytes).toBeLessThan(2e9);
  });
});
