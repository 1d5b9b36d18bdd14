import { describe, expect, it } from "vitest";
import { checkpointsToRemove, DEFAULT_RETENTION, oldRuns, type RetentionRun } from "./retention-plan.ts";

const DAY = 24 * 60 * 60_000;
const NOW = 1_800_000_000_000;
const run = (id: string, days: number | null, more: Partial<RetentionRun> = {}): RetentionRun => ({
  run: id,
  name: id,
  endedAt: days === null ? null : NOW - days * DAY,
  marked: false,
  checkpoints: ["step-000002-sft", "step-000004", "step-000005-asked", "step-000006"].map((name) => ({
    name,
    bytes: 10,
  })),
  needed: [],
  ...more,
});
const rule = { ...DEFAULT_RETENTION, afterDays: 30, keepNewest: 1 };
const removed = (runs: RetentionRun[], change: Partial<typeof rule> = {}) =>
  checkpointsToRemove(oldRuns(runs, { ...rule, ...change }, NOW).free, { ...rule, ...change }).map(
    ({ run: id, paths }) => [id, paths.map((path) => path.replace("checkpoints/step-00000", ""))],
  );

describe("old runs", () => {
  it("have ended so many days ago, and are not among the newest", () => {
    const runs = [run("living", null), run("newest", 40), run("older", 50), run("young", 3)];
    expect(oldRuns(runs, rule, NOW).free.map((one) => one.run)).toEqual(["newest", "older"]);
    expect(oldRuns(runs, { ...rule, keepNewest: 2 }, NOW).free.map((one) => one.run)).toEqual(["older"]);
  });

  it("are left alone where somebody named, tagged or annotated them", () => {
    const found = oldRuns([run("new", 1), run("mine", 99, { marked: true })], rule, NOW);
    expect(found.free).toEqual([]);
    expect(found.marked.map((one) => one.run)).toEqual(["mine"]);
  });
});

describe("the checkpoints of an old run", () => {
  const runs = [run("new", 1), run("old", 99)];
  it("go but for the ends of stages, and never those that somebody asked for", () => {
    expect(removed(runs)).toEqual([["old", ["4", "6"]]]);
  });
  it("go but for the newest one, when the rule says so", () => {
    expect(removed(runs, { checkpoints: "newest" })).toEqual([["old", ["2-sft", "4"]]]);
  });
  it("all stay, when the rule says so", () => {
    expect(removed(runs, { checkpoints: "all" })).toEqual([]);
  });
  it("stay where another run starts from them", () => {
    expect(removed([run("new", 1), run("old", 99, { needed: ["step-000004"] })])).toEqual([["old", ["6"]]]);
  });
  it("stay where it is the only thing that a run could go on from", () => {
    const only = run("old", 99, {
      checkpoints: [
        { name: "step-000004", bytes: 1 },
        { name: "step-000006", bytes: 1 },
      ],
    });
    expect(removed([run("new", 1), only])).toEqual([["old", ["4"]]]);
  });
});
