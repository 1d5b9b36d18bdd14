import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { JournalWriter } from "../testing/journal-writer.ts";
import { stepBody, temporaryData } from "../testing/temporary.ts";
import { openIndexInMemory, type Db } from "./databases.ts";
import { Ingest } from "./ingest.ts";
import { readSeries } from "./series.ts";

const STEPS = 20_000;
/** The first 100 steps take as long as all others: a slow stage, of many tokens a step. */
const SLOW = 100;
const SLOW_MS = 20_000;
const time = (step: number): number => Math.min(step, SLOW) * SLOW_MS + Math.max(0, step - SLOW) * 100;
const tokens = (step: number): number => Math.min(step, SLOW) * 5_000 + Math.max(0, step - SLOW) * 25;
const value = (step: number): number => (step === 50 ? 77 : step === 12_345 ? 99 : Math.sin(step / 700));

let database: Db;
beforeAll(() => {
  const data = temporaryData();
  const folder = join(data, DATA_FOLDER.runs, "run");
  const first = new JournalWriter(folder);
  const write = (journal: JournalWriter, step: number, loss: number) =>
    journal.write(stepBody(step, { loss, num_tokens: tokens(step) - tokens(step - 1) }), time(step));
  // What a resume does again counts once: tokens, times and extremes.
  for (let step = 1; step <= 9_000; step++) write(first, step, step > 6_000 ? 500 : value(step));
  first.flush();
  const second = new JournalWriter(folder, 2);
  second.write({ type: "resume", fromStep: 6_000 }, 1);
  for (let step = 6_001; step <= STEPS; step++) write(second, step, value(step));
  second.flush();
  database = openIndexInMemory();
  new Ingest(database, data).run("run");
});

const read = (axis: "time" | "tokens", more: { from?: number; to?: number; maxPoints?: number } = {}) =>
  readSeries(database, { run: "run", metrics: ["loss"], axis, maxPoints: 200, ...more })[0]!;

describe.each([
  ["time", time],
  ["tokens", tokens],
] as const)("a series over %s", (axis, position) => {
  it("has every point in one bucket, with the extremes of all of them", () => {
    const { points, total } = read(axis);
    expect(total).toBe(STEPS);
    expect(points.length).toBeLessThanOrEqual(200);
    expect(Math.max(...points.map(({ max }) => max))).toBe(99);
    expect(points.some(({ max }) => max === 77)).toBe(true);
    expect(points.some(({ max }) => max === 500)).toBe(false);
    let from = 1;
    for (const { x, step, value: last, min, max } of points) {
      expect(x).toBeCloseTo(position(step), 6);
      const behind = Array.from({ length: step - from + 1 }, (_, index) => value(from + index));
      expect(last).toBe(value(step));
      expect(min).toBe(Math.min(...behind));
      expect(max).toBe(Math.max(...behind));
      from = step + 1;
    }
    expect(from).toBe(STEPS + 1);
  });

  it("is as fine where few steps fill much of the axis as elsewhere", () => {
    const inSlowHalf = read(axis).points.filter(({ step }) => step <= SLOW);
    expect(inSlowHalf.length).toBeGreaterThan(80);
    expect(inSlowHalf.find(({ max }) => max === 77)!.step).toBe(50);
  });

  it("asks again on its own axis when zoomed: single steps, nothing from outside", () => {
    const { points, total } = read(axis, { from: position(12_300), to: position(12_400) });
    expect(points.map(({ step }) => step)).toEqual(Array.from({ length: 101 }, (_, index) => 12_300 + index));
    expect(points.find(({ step }) => step === 12_345)!.value).toBe(99);
    expect(total).toBe(101);
  });

  it("is the same every time", () => {
    expect(read(axis)).toEqual(read(axis));
  });
});

it("is empty over tokens where the journal does not count them, and for a metric that nobody wrote", () => {
  const data = temporaryData();
  const journal = new JournalWriter(join(data, DATA_FOLDER.runs, "run"));
  for (let step = 1; step <= 3; step++) journal.write(stepBody(step, { loss: 1 }), step);
  journal.flush();
  const index = openIndexInMemory();
  new Ingest(index, data).run("run");
  const query = { run: "run", metrics: ["loss"] };
  expect(readSeries(index, { ...query, axis: "tokens" })[0]!.points).toEqual([]);
  expect(readSeries(index, { ...query, axis: "time" })[0]!.points).toHaveLength(3);
  expect(readSeries(index, { ...query, metrics: ["nothing"], axis: "time" })[0]!.points).toEqual([]);
});
