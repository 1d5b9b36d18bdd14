import { expect, it } from "vitest";
import type { RunDetail } from "../contract/methods.ts";
import { explainRun, phaseLabel } from "./explain.ts";

const run = {
  state: "running",
  phase: "training",
  stage: "rl",
  recipe: "video-r1",
  preset: "tiny",
  stages: [
    { name: "sft", kind: "sft", steps: 10 },
    { name: "rl", kind: "grpo", steps: 20 },
  ],
  metricNames: ["reward", "temporal/gap"],
  endReason: null,
} as unknown as RunDetail;

it("explains the stage while training, and the contrast only where the recipe has one", () => {
  expect(explainRun({ ...run, stage: "sft" }).title).toMatch(/Cold start/);
  expect(explainRun(run).title).toMatch(/T-GRPO/);
  const before = { ...run, metricNames: [] };
  expect(explainRun(before).title).toMatch(/T-GRPO/);
  expect(explainRun({ ...before, preset: "grpo-only" }).title).toMatch(/\(GRPO\)/);
  expect(explainRun({ ...before, recipe: "tw-grpo" }).title).toMatch(/\(GRPO\)/);
  expect(explainRun({ ...before, recipe: "of-my-own" }).title).toMatch(/\(GRPO\)/);
});

it("says why a run failed and that it can be resumed", () => {
  expect(explainRun({ ...run, state: "failed", endReason: "Disk full." }).text).toMatch(/Disk full\..*resumed/);
});

it("names the phase and the stage", () => {
  expect(phaseLabel(run)).toBe("Training · RL");
  expect(phaseLabel({ ...run, state: "completed" })).toBe("Completed");
});
