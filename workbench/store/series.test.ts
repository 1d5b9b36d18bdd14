import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Series } from "../../contract/methods.ts";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { JournalWriter } from "../testing/journal-writer.ts";
import { stepBody, temporaryData } from "../testing/temporary.ts";
import { openIndexInMemory, type Db } from "./databases.ts";
import { Ingest } from "./ingest.ts";
import { latestMetrics, readSeries } from "./series.ts";

/** A flat line of 20,000 steps with one spike and one hole. */
function flatWithSpike(): Db {
  const data = temporaryData();
  const journal = new JournalWriter(join(data, DATA_FOLDER.runs, "run"));
  for (let step = 1; step <= 20_000; step++) {
    journal.write(stepBody(step, { loss: step === 12_345 ? 99 : step === 7 ? null : 1 }), step);
  }
  journal.flush();
  const database = openIndexInMemory();
  new Ingest(database, data).run("run");
  return database;
}

describe("a series", () => {
  let database: Db;
  let whole: Series;
  beforeAll(() => {
    database = flatWithSpike();
    whole = readSeries(database, { run: "run", metrics: ["loss"] })[0]!;
  });

  it("has about a thousand points at most and says how many there were", () => {
    expect(whole.points.length).toBeLessThanOrEqual(1000);
    expect(whole.points.length).toBeGreaterThan(900);
    expect(whole.total).toBe(19_999);
  });

  it("keeps a spike of one step as its bucket's maximum, and shows it exactly when zoomed in", () => {
    expect(Math.max(...whole.points.map((point) => point.max))).toBe(99);
    const near = readSeries(database, { run: "run", metrics: ["loss"], from: 12_300, to: 12_400 })[0]!;
    expect(near.points.find((point) => point.step === 12_345)?.value).toBe(99);
    expect(near.points).toHaveLength(101);
  });

  it("is the same every time, and ends with the last step", () => {
    expect(readSeries(database, { run: "run", metrics: ["loss"] })[0]).toEqual(whole);
    expect(whole.points.at(-1)).toMatchObject({ step: 20_000, value: 1 });
  });

  it("is empty for a metric that nobody wrote", () => {
    expect(readSeries(database, { run: "run", metrics: ["nothing"] })).toEqual([
      { metric: "nothing", points: [], total: 0 },
    ]);
  });

  it("knows the newest values, times among them", () => {
    expect(latestMetrics(database, "run")).toEqual({ loss: 1, "time/update": 10 });
  });
});

describe("a picture from blocks", () => {
  const wave = (step: number): number => (step === 12_345 ? 99 : Math.sin(step / 700));
  /** Steps 1 to `until` of an attempt, the first one resumed after step 6000 when there is a second. */
  function withResume(): Db {
    const data = temporaryData();
    const folder = join(data, DATA_FOLDER.runs, "run");
    const first = new JournalWriter(folder);
    for (let step = 1; step <= 9_000; step++)
      first.write(stepBody(step, { loss: step > 6_000 ? 50 : wave(step) }), step);
    first.flush();
    const second = new JournalWriter(folder, 2);
    second.write({ type: "resume", fromStep: 6_000 }, 1);
    for (let step = 6_001; step <= 20_000; step++) second.write(stepBody(step, { loss: wave(step) }), step);
    second.flush();
    const database = openIndexInMemory();
    new Ingest(database, data).run("run");
    return database;
  }

  it("has the extremes, last values and counts of the points behind each bucket", () => {
    const database = withResume();
    const [series] = readSeries(database, { run: "run", metrics: ["loss"], maxPoints: 50 });
    expect(series!.total).toBe(20_000);
    expect(series!.points.length).toBeLessThanOrEqual(50);
    let from = 1;
    for (const { step, value, min, max } of series!.points) {
      const behind = Array.from({ length: step - from + 1 }, (_, index) => wave(from + index));
      expect(value).toBe(wave(step));
      expect(min).toBe(Math.min(...behind));
      expect(max).toBe(Math.max(...behind));
      from = step + 1;
    }
    expect(from).toBe(20_001);
  });

  it("forgets what a resume superseded", () => {
    const [series] = readSeries(withResume(), { run: "run", metrics: ["loss"], maxPoints: 50 });
    expect(series!.points.some(({ max }) => max === 50)).toBe(false);
    expect(series!.points.some(({ max }) => max === 99)).toBe(true);
  });
});
