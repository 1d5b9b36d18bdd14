/** Folders and small journals for tests. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import type { EventBody } from "../../contract/journal.ts";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { SyntheticRun } from "./synthetic-run.ts";

const made: string[] = [];
afterAll(() => {
  for (const data of made) rmSync(data, { recursive: true, force: true });
});

/** A data folder that goes when the file's tests are over. */
export function temporaryData(): string {
  const data = mkdtempSync(join(tmpdir(), "secondlook-test-"));
  mkdirSync(join(data, DATA_FOLDER.runs));
  made.push(data);
  return data;
}

export function stepBody(step: number, metrics: Record<string, number | null>): EventBody<"step"> {
  return { type: "step", step, stage: "rl", stageStep: step, metrics, timings: { update: 10 } };
}

/** A whole run of the synthetic kind. */
export function writeSyntheticRun(data: string, id: string, steps = 12, prompts = 1): SyntheticRun {
  const run = new SyntheticRun({
    dataFolder: data,
    id,
    steps,
    seed: 1,
    startTime: 1_700_000_000_000,
    prompts,
    videos: false,
  });
  while (run.step());
  return run;
}
