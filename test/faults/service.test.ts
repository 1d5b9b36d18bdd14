/** A service killed during training loses nothing, and an index deleted is built again the same. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import Database from "better-sqlite3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startCommand, waitFor } from "../support/processes.ts";

const data = mkdtempSync(join(tmpdir(), "secondlook-service-"));
const settings = ["sft.steps=10", "rl.steps=30", "rl.promptsPerStep=4", "evaluation.items=8", "checkpoint.every=5"];

/** Whole lines of all journals, counted without the product's code. */
function journalLines(): number {
  const runs = join(data, "runs");
  return readdirSync(runs)
    .flatMap((run) => readdirSync(join(runs, run)).map((file) => join(runs, run, file)))
    .filter((file) => /journal\.\d+\.ndjson$/.test(file))
    .reduce((sum, file) => sum + readFileSync(file).filter((byte) => byte === 10).length, 0);
}

/** Every table of the index as text. */
function indexContents(): { events: number; tables: Record<string, string[]> } {
  const database = new Database(join(data, "index.db"), { readonly: true });
  const tables = Object.fromEntries(
    ["runs", "sources", "lines", "metrics", "latest", "groups", "rollouts", "events"].map((table) => [
      table,
      (database.prepare(`SELECT * FROM ${table}`).all() as object[]).map((row) => JSON.stringify(row)).sort(),
    ]),
  );
  database.close();
  return { events: tables["lines"]?.length ?? 0, tables };
}

async function serveUntilIndexed(): Promise<void> {
  const service = startCommand(["serve", "--no-open", "--data", data]);
  await waitFor("the service", () => service.output().includes("http"), 20_000, service.output);
  await waitFor(
    "the index to hold every event",
    () => indexContents().events === journalLines(),
    30_000,
    service.output,
  );
  service.child.kill("SIGTERM");
  await service.ended;
}

describe("the service", () => {
  beforeAll(() => {
    const args = ["trainer/samplepack/main.ts", join(data, "sample-pack"), "--small"];
    execFileSync(process.execPath, args, { stdio: "ignore" });
  });
  afterAll(() => rmSync(data, { recursive: true, force: true }));

  it("loses no event when it is killed again and again during training", async () => {
    const training = startCommand([
      "train",
      "video-r1",
      "--preset",
      "tiny",
      "--data",
      data,
      ...settings.flatMap((setting) => ["--set", setting]),
    ]);
    let kills = 0;
    let trained = false;
    void training.ended.then(() => (trained = true));
    while (!trained) {
      const service = startCommand(["serve", "--no-open", "--data", data]);
      await delay(700 + 400 * (kills % 4));
      service.child.kill("SIGKILL");
      await service.ended;
      kills += 1;
    }
    expect(await training.ended, training.output()).toBe(0);
    expect(kills).toBeGreaterThan(2);
    await serveUntilIndexed();
    expect(indexContents().events).toBe(journalLines());
    expect(journalLines()).toBeGreaterThan(100);
  });

  it("builds the same index again from the journals", async () => {
    const before = indexContents();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(join(data, `index.db${suffix}`), { force: true });
    await serveUntilIndexed();
    expect(indexContents()).toEqual(before);
  });
});
