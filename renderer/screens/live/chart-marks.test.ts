import { expect, it } from "vitest";
import type { Alert, AlertRule } from "../../../contract/alerts.ts";
import type { EventOf } from "../../../contract/journal.ts";
import type { ControlEntry } from "../../../contract/methods.ts";
import { alertMarks, courseMarks, knobMarks } from "./chart-marks.ts";

it("marks a knob where it was turned, in words, and neither a refused nor a waiting one", () => {
  const entry = { id: "", command: "set_knob", askedAt: 0, answeredAt: 0, outcome: "" };
  const entries: ControlEntry[] = [
    { ...entry, knob: "beta", value: 0.1, step: 40, accepted: true },
    { ...entry, knob: "beta", value: 99, step: 41, accepted: false },
    { ...entry, knob: "beta", value: 0.2, step: null, accepted: null },
    { ...entry, command: "pause", knob: null, value: null, step: 42, accepted: true },
  ];
  expect(knobMarks(entries)).toEqual([{ step: 40, label: "KL weight β 0.100", kind: "knob" }]);
});

it("marks an alert beside the metric that its rule is about", () => {
  const alert = { rule: "kl-high", title: "KL is high", fromStep: 7 } as Alert;
  const rules = [{ id: "kl-high", metric: "kl" }] as AlertRule[];
  expect(alertMarks([alert], rules)).toEqual([{ step: 7, label: "KL is high", kind: "alert", metric: "kl" }]);
  expect(alertMarks([alert], [])).toEqual([]);
});

it("marks the stages that have begun, and measurements only where no stage begins", () => {
  const stages = [
    { name: "sft", kind: "sft", steps: 10 },
    { name: "rl", kind: "rl", steps: 20 },
  ];
  const measured = [10, 20].map((step) => ({ step, label: "sft", split: "heldout" }) as EventOf<"evaluation">);
  expect(courseMarks(stages, 1, []).map(({ step }) => step)).toEqual([]);
  expect(courseMarks(stages, 2, measured).map(({ step, kind }) => [step, kind])).toEqual([
    [11, "stage"],
    [20, "evaluation"],
  ]);
});
