import { expect, it, vi } from "vitest";
import type { RunSummary } from "../../contract/methods.ts";
import { isDue, newsOf } from "./news.ts";

vi.mock("../connection.ts", () => ({ onPush: () => undefined }));

const alert = {
  title: "KL jump",
  level: "warning",
  fromStep: 7,
  toStep: 8,
  ongoing: true,
  value: 1,
  bound: 0.5,
} as const;
const run = (change: Partial<RunSummary>) =>
  ({ id: "a", name: "First", state: "running", alive: true, alerts: [], step: 9, attempt: 1, ...change }) as RunSummary;

it("tells of an alert once, when it comes up", () => {
  const broken = run({ alerts: [{ rule: "kl-jump", ...alert }] });
  expect(newsOf(run({}), broken)).toMatchObject([{ title: "KL jump", level: "warning", text: "First, step 8" }]);
  expect(newsOf(broken, broken)).toEqual([]);
});

it("tells how a run ended, and nothing of what was so before the window looked", () => {
  const ended = run({ alive: false, state: "completed" });
  expect(newsOf(run({}), ended)).toMatchObject([{ title: "Run completed", level: "good" }]);
  expect(newsOf(run({}), run({ alive: false, state: "lost", endReason: null }))).toMatchObject([{ level: "error" }]);
  expect(newsOf(null, ended)).toEqual([]);
});

it("does not tell of a rule again that flickers, until some minutes have passed", () => {
  expect(isDue(undefined, 1000)).toBe(true);
  expect(isDue(1000, 61_000)).toBe(false);
  expect(isDue(1000, 601_000)).toBe(true);
});
