import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { JournalWriter } from "../testing/journal-writer.ts";
import { stepBody, temporaryData, writeSyntheticRun } from "../testing/temporary.ts";
import { auditRun } from "./audit.ts";
import { openIndexInMemory, type Db } from "./databases.ts";
import { Ingest } from "./ingest.ts";
import { readSeries } from "./series.ts";

const folderOf = (data: string, run = "run"): string => join(data, DATA_FOLDER.runs, run);
const journalOf = (data: string): string => join(folderOf(data), "journal.0.ndjson");
const losses = (database: Db, run = "run"): (readonly [number, number])[] =>
  readSeries(database, { run, metrics: ["loss"] })[0]!.points.map(({ step, value }) => [step, value] as const);

/** Everything in an index, table by table. */
function contents(database: Db): Record<string, unknown[]> {
  const tables = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .pluck()
    .all() as string[];
  return Object.fromEntries(
    tables.map((table) => [table, database.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`).all()]),
  );
}

describe("the ingest of journals", () => {
  it("takes a line only when it is whole, and the rest of it later", () => {
    const data = temporaryData();
    const journal = new JournalWriter(folderOf(data));
    journal.write(stepBody(1, { loss: 2 }), 1);
    journal.write(stepBody(2, { loss: 1 }), 2);
    journal.flush();
    const text = readFileSync(journalOf(data), "utf8");
    writeFileSync(journalOf(data), text.slice(0, -20));
    const database = openIndexInMemory();
    const ingest = new Ingest(database, data);
    expect(ingest.run("run").events).toBe(1);
    expect(ingest.run("run").events).toBe(0);
    appendFileSync(journalOf(data), text.slice(-20));
    expect(ingest.run("run").events).toBe(1);
    expect(losses(database)).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  it("counts bad lines with their place, keeps unknown events, and goes on", async () => {
    const data = temporaryData();
    const journal = new JournalWriter(folderOf(data));
    journal.write(stepBody(1, { loss: 2 }), 1);
    journal.flush();
    const offset = readFileSync(journalOf(data)).length;
    appendFileSync(journalOf(data), '{"v":1,"type":"step","attempt":1,"seq":1,"time":1,"step":2}\nnot json\n');
    appendFileSync(journalOf(data), '{"v":1,"type":"heartbeat_of_another","attempt":1,"seq":2,"time":1,"x":5}\n');
    const database = openIndexInMemory();
    const ingest = new Ingest(database, data);
    expect(ingest.run("run").events).toBe(2);
    const source = database.prepare("SELECT bad_lines, first_bad FROM sources").get() as Record<string, unknown>;
    expect(source["bad_lines"]).toBe(2);
    expect(source["first_bad"]).toMatch(new RegExp(`^byte ${offset}: step: stage`));
    const kept = database.prepare("SELECT event FROM events WHERE type = 'heartbeat_of_another'").pluck().get();
    expect(JSON.parse(kept as string)).toMatchObject({ x: 5 });
    expect(await auditRun(database, data, "run")).toEqual({ run: "run", journal: 4, indexed: 2 });
  });

  it("does not draw steps that a later attempt did again, and keeps them", () => {
    const data = temporaryData();
    const first = new JournalWriter(folderOf(data), 1);
    for (const step of [1, 2, 3, 4]) first.write(stepBody(step, { loss: 10 + step }), step);
    first.flush();
    const database = openIndexInMemory();
    const ingest = new Ingest(database, data);
    ingest.run("run");
    const second = new JournalWriter(folderOf(data), 2);
    second.write({ type: "resume", fromStep: 2 }, 5);
    second.write(stepBody(3, { loss: 23 }), 6);
    second.flush();
    ingest.run("run");
    expect(losses(database)).toEqual([
      [1, 11],
      [2, 12],
      [3, 23],
    ]);
    expect(
      database.prepare("SELECT count(*) FROM metrics WHERE superseded = 1 AND metric = 'loss'").pluck().get(),
    ).toBe(2);
    expect(database.prepare("SELECT value FROM latest WHERE metric = 'loss'").pluck().get()).toBe(23);
    expect(database.prepare("SELECT step FROM runs").pluck().get()).toBe(3);
  });

  it("gives the same database from scratch as line by line, also with a resume and a second rank", () => {
    const data = temporaryData();
    writeSyntheticRun(data, "synthetic");
    const live = openIndexInMemory();
    const liveIngest = new Ingest(live, data);
    const rank1 = new JournalWriter(folderOf(data), 1, 1);
    const attempt1 = new JournalWriter(folderOf(data), 1, 0);
    const attempt2 = new JournalWriter(folderOf(data), 2, 0);
    attempt1.write(stepBody(1, { loss: 1 }), 1);
    attempt1.write(stepBody(2, { loss: 2 }), 2);
    rank1.write(stepBody(1, { loss: 1.5 }), 1);
    rank1.write(stepBody(2, { loss: 2.5 }), 2);
    attempt2.write({ type: "resume", fromStep: 1 }, 3);
    attempt2.write(stepBody(2, { loss: 3 }), 4);
    for (const journal of [attempt1, rank1, attempt2]) {
      journal.flush();
      for (const run of liveIngest.runFolders()) liveIngest.run(run);
    }
    const scratch = openIndexInMemory();
    const scratchIngest = new Ingest(scratch, data);
    for (const run of scratchIngest.runFolders().reverse()) scratchIngest.run(run);
    expect(contents(scratch)).toEqual(contents(live));
    expect(losses(scratch)).toEqual([
      [1, 1],
      [2, 3],
    ]);
  });

  it("starts a run again when its journal was replaced by another", () => {
    const data = temporaryData();
    const journal = new JournalWriter(folderOf(data));
    for (const step of [1, 2, 3]) journal.write(stepBody(step, { loss: step }), step);
    journal.flush();
    const database = openIndexInMemory();
    const ingest = new Ingest(database, data);
    ingest.run("run");
    writeFileSync(journalOf(data), "");
    const other = new JournalWriter(folderOf(data));
    other.write(stepBody(1, { loss: 7 }), 1);
    other.flush();
    ingest.run("run");
    expect(losses(database)).toEqual([[1, 7]]);
  });

  it("writes a batch and its offset together or not at all", () => {
    const data = temporaryData();
    const journal = new JournalWriter(folderOf(data));
    for (const step of [1, 2, 3]) journal.write(stepBody(step, { loss: step }), step);
    journal.flush();
    const database = openIndexInMemory();
    database.exec(`CREATE TEMP TRIGGER power_cut BEFORE INSERT ON metrics WHEN new.step = 3
      BEGIN SELECT raise(ABORT, 'power cut'); END`);
    const ingest = new Ingest(database, data);
    expect(() => ingest.run("run")).toThrow("power cut");
    expect(database.prepare("SELECT count(*) FROM lines").pluck().get()).toBe(0);
    database.exec("DROP TRIGGER power_cut");
    expect(ingest.run("run").events).toBe(3);
    expect(losses(database)).toHaveLength(3);
  });

  it("stops at its limit and goes on from there", () => {
    const data = temporaryData();
    writeSyntheticRun(data, "run");
    const ingest = new Ingest(openIndexInMemory(), data);
    expect(ingest.run("run", 1).more).toBe(true);
    expect(ingest.run("run").more).toBe(false);
  });
});
