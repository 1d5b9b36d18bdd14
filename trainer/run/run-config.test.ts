import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readRunConfig } from "./run-config.ts";

const folder = mkdtempSync(join(tmpdir(), "secondlook-run-config-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function makeRun(name: string, journal: readonly unknown[]): string {
  const run = join(folder, name);
  mkdirSync(run);
  const data = { train: "train.json", mediaRoot: folder };
  const config = { id: name, name, recipe: "video-r1", preset: "tiny", seed: 1, overrides: { "rl.steps": 9 } };
  writeFileSync(join(run, "run.json"), JSON.stringify({ ...config, model: "base", data }));
  writeFileSync(join(run, "journal.0.ndjson"), journal.map((event) => `${JSON.stringify(event)}\n`).join(""));
  return run;
}

describe("the settings of a run", () => {
  it("are its preset's and its overrides' until it has begun", async () => {
    const { settings } = await readRunConfig(makeRun("waiting", []));
    expect(settings.values["rl.steps"]).toBe(9);
  });

  it("are those that its journal froze once it has, whatever the preset says now", async () => {
    const settings = { "sft.steps": 83, "rl.steps": 7, "gone.since": 1 };
    const run = makeRun("begun", [{ type: "phase" }, { type: "run_started", config: { settings } }]);
    const read = await readRunConfig(run);
    expect(read.settings.stages.map(({ steps }) => steps)).toEqual([83, 7]);
  });
});
