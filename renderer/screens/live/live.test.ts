import { expect, it } from "vitest";
import type { ControlEntry } from "../../../contract/methods.ts";
import { ganttRows } from "./gantt.ts";
import { knobsOf } from "./knobs.ts";

it("draws an update's phases end to end, up to the time of its line, and what came between below", () => {
  const { rows, from, to } = ganttRows({
    steps: [
      {
        step: 1,
        stage: "rl",
        endedAt: 1000,
        timings: [
          ["rollout", 60],
          ["update", 40],
          ["reward", 0],
        ],
      },
      {
        step: 2,
        stage: "rl",
        endedAt: 1300,
        timings: [
          ["rollout", 50],
          ["update", 50],
        ],
      },
    ],
    phases: [{ phase: "evaluating", stage: "rl", from: 1000, to: 1200, detail: null }],
  });
  expect([from, to]).toEqual([900, 1300]);
  expect(rows.map(({ phase, milliseconds, between }) => [phase, milliseconds, between])).toEqual([
    ["rollout", 110, false],
    ["update", 90, false],
    ["evaluating", 200, true],
  ]);
  expect(rows[1]!.spans[1]).toMatchObject({ step: 2, from: 1250, to: 1300 });
});

it("knows what a knob is worth: as launched, as changed, and what is on its way", () => {
  const entry = { id: "", command: "set_knob", askedAt: 0, answeredAt: 0, outcome: "" };
  const controls: ControlEntry[] = [
    { ...entry, knob: "beta", value: 0.3, step: null, accepted: null },
    { ...entry, knob: "beta", value: 99, step: 9, accepted: false },
    { ...entry, knob: "beta", value: 0.1, step: 7, accepted: true },
  ];
  const run = {
    config: { settings: { "rl.klBeta": 0.04, "rl.learningRate": 1e-6, "sft.learningRate": 3e-4 } },
    stage: "rl",
    stages: [{ name: "rl", kind: "rl", steps: 10 }],
  };
  const knobs = knobsOf(run, controls);
  expect(knobs.find(({ knob }) => knob === "beta")).toMatchObject({ value: 0.1, changedAtStep: 7, pending: 0.3 });
  expect(knobs.find(({ knob }) => knob === "learningRate")).toMatchObject({ value: 1e-6, changedAtStep: null });
});
