/** Full disks, read-only folders, clocks that jump: a sentence each, nothing lost, and the same end once it is over. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, it, onTestFinished } from "vitest";
import { readJournal, startCommand } from "../support/processes.ts";
import { smallDisk } from "../support/small-disk.ts";
import { finalWeights, makeRun, makeTinyWorld, outcomeOf, startWorker } from "../support/tiny-run.ts";

const folder = mkdtempSync(join(tmpdir(), "secondlook-hard-"));
const LONG = { "rl.steps": 12 };
const LAST = "step-000017-rl";
let world = { model: "", pack: "" };
let wanted: string[] = [];
let weights = "";

beforeAll(async () => {
  world = await makeTinyWorld(folder);
  const run = makeRun(folder, world, "whole", LONG);
  const worker = startWorker(run);
  expect(await worker.ended, worker.output()).toBe(0);
  wanted = outcomeOf(run);
  weights = finalWeights(run, LAST);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const expectTheSame = (run: string): void => {
  expect(outcomeOf(run)).toEqual(wanted);
  expect(finalWeights(run, LAST)).toBe(weights);
};

it("a file that may not grow stops the worker with a sentence at a whole line; with room it ends as if nothing had been", async () => {
  const run = makeRun(folder, world, "limited", LONG);
  const whole = readFileSync(join(folder, "runs", "whole", "journal.0.ndjson")).length;
  const blocks = Math.floor((whole * 0.6) / 512);
  // Checkpoints are larger than the journal: only the journal may be what hits the limit.
  const limited = startWorker(
    makeRun(folder, world, "limited", { ...LONG, "checkpoint.every": 0 }),
    [],
    `ulimit -f ${blocks}`,
  );
  expect(await limited.ended).toBe(1);
  expect(limited.output()).toMatch(/could not be written|The disk is full/);
  expect(limited.output()).toMatch(/resumed/);
  expect(existsSync(join(run, "lease.json"))).toBe(false);
  const journal = readFileSync(join(run, "journal.0.ndjson"), "utf8");
  expect(journal.endsWith("\n")).toBe(true);
  const again = startWorker(makeRun(folder, world, "limited", LONG));
  expect(await again.ended, again.output()).toBe(0);
  expectTheSame(run);
});

it("a full disk stops the worker with a sentence; with room it ends as if nothing had been", async () => {
  const data = join(folder, "disk");
  const disk = smallDisk(data, 40);
  // Without the right to mount, the limit on a file's size above is the test of this.
  if (disk === null) return;
  onTestFinished(() => disk.unmount());
  const run = makeRun(data, world, "full", LONG);
  const limited = startWorker(run);
  expect(await limited.ended, limited.output()).toBe(1);
  expect(limited.output()).toMatch(/ENOSPC|No space left|disk is full/);
  expect(limited.output()).toContain("resumed");
  disk.remount("size=1g");
  const again = startWorker(run);
  expect(await again.ended, again.output()).toBe(0);
  expectTheSame(run);
});

it("a read-only folder is named in a sentence, by the worker and by the service", async () => {
  const data = join(folder, "read-only");
  const disk = smallDisk(data, 16);
  const run = makeRun(data, world, "locked", LONG);
  if (disk) {
    onTestFinished(() => disk.unmount());
    disk.remount("ro");
  } else {
    chmodSync(run, 0o500);
    chmodSync(data, 0o500);
  }
  const worker = startWorker(run);
  expect(await worker.ended).not.toBe(0);
  expect(worker.output()).toMatch(/read-only|may not be written/);
  expect(worker.output()).toContain(run);
  const service = startCommand(["serve", "--no-open", "--data", data]);
  expect(await service.ended).not.toBe(0);
  expect(service.output()).toMatch(/read-only|may not be written/);
  expect(service.output()).not.toMatch(/^\s+at /m);
});

it("a clock that jumps back changes no result, no order and no count", async () => {
  const run = makeRun(folder, world, "clock", LONG);
  const worker = startWorker(run, ["--import", resolve("test/support/clock-back.mjs")]);
  expect(await worker.ended, worker.output()).toBe(0);
  const events = readJournal(join(run, "journal.0.ndjson")) as { time: number; timings?: Record<string, number> }[];
  expect(events.some(({ time }, index) => index > 0 && time < events[index - 1]!.time)).toBe(true);
  for (const { timings } of events) for (const ms of Object.values(timings ?? {})) expect(ms).toBeGreaterThanOrEqual(0);
  expectTheSame(run);
});
