import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JournalEvent } from "../../contract/journal.ts";
import { temporaryData, writeSyntheticRun } from "../testing/temporary.ts";
import { openIndexInMemory, type Db } from "./databases.ts";
import { hallucinationCounts, hallucinationProbes } from "./hallucinations.ts";
import { Ingest } from "./ingest.ts";

const VIOLATION = { law: "gravity", says: "What is let go falls.", frame: 4, second: 2 };

/** A run whose first prompt of every step is about gravity in both views; its answers are wrong until step 8. */
function indexed(): Db {
  const data = temporaryData();
  const database = openIndexInMemory();
  const { folder } = writeSyntheticRun(data, "a", 12, 3);
  const file = join(folder, "journal.0.ndjson");
  const about = (group: string): boolean => /^\d+-0-/.test(group);
  const lines = readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => {
      const event = JSON.parse(line) as JournalEvent;
      if (event.type === "group" && about(event.group))
        return JSON.stringify({ ...event, task: "P-M", violation: VIOLATION });
      if (event.type === "rollout" && about(event.group)) return JSON.stringify({ ...event, correct: event.step >= 9 });
      return line;
    });
  writeFileSync(file, `${lines.join("\n")}\n`);
  new Ingest(database, data).run("a");
  return database;
}

describe("the hallucination board", () => {
  const database = indexed();

  it("counts wrong claims by law, on ordered frames, early and late", () => {
    const [count, ...others] = hallucinationCounts(database, "a");
    expect(others).toEqual([]);
    // Steps 5 to 12 have rollouts: 8 groups of 8 answers, wrong in four of them.
    expect(count).toEqual({ law: "gravity", task: "P-M", groups: 8, answers: 64, wrong: 32, early: 1, late: 0 });
  });

  it("shows the newest probes first, with their answers, and those of one law alone", () => {
    const probes = hallucinationProbes(database, "a", undefined, 3);
    expect(probes.map(({ event }) => [event.step, event.view, event.violation?.frame])).toEqual([
      [12, "ordered", 4],
      [11, "ordered", 4],
      [10, "ordered", 4],
    ]);
    expect(probes[0]!.rollouts).toHaveLength(8);
    expect(hallucinationProbes(database, "a", "gravity")).toHaveLength(8);
    expect(hallucinationProbes(database, "a", "color")).toEqual([]);
  });

  it("is empty for a run whose rows say of no violation", () => {
    const data = temporaryData();
    const plain = openIndexInMemory();
    writeSyntheticRun(data, "b", 6, 1);
    new Ingest(plain, data).run("b");
    expect(hallucinationCounts(plain, "b")).toEqual([]);
  });
});
