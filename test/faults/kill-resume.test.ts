/** A worker killed at any moment and resumed gives bit for bit what an uninterrupted one gives. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readJournal, waitFor } from "../support/processes.ts";
import { finalWeights, makeRun, makeTinyWorld, outcomeOf, startWorker } from "../support/tiny-run.ts";

const folder = mkdtempSync(join(tmpdir(), "secondlook-kill-"));
/** Long enough that a kill after step 9 comes before the end on any machine; every test below needs that. */
const LONG = { "rl.steps": 27 };
const LAST = "step-000032-rl";
let world = { model: "", pack: "" };
let wanted: string[] = [];
let weights = "";

const journalOf = (run: string): string => join(run, "journal.0.ndjson");
const stepsOf = (run: string): number =>
  existsSync(journalOf(run)) ? readJournal(journalOf(run)).filter(({ type }) => type === "step").length : 0;

async function finish(run: string): Promise<void> {
  const worker = startWorker(run);
  expect(await worker.ended, worker.output()).toBe(0);
}

async function killAfterSteps(run: string, steps: number, extraMs: number): Promise<void> {
  const worker = startWorker(run);
  await waitFor(`${steps} steps`, () => stepsOf(run) >= steps || worker.child.exitCode !== null, 60_000, worker.output);
  await delay(extraMs);
  worker.child.kill("SIGKILL");
  await worker.ended;
}

function expectTheSame(run: string): void {
  expect(outcomeOf(run)).toEqual(wanted);
  expect(finalWeights(run, LAST)).toBe(weights);
}

beforeAll(async () => {
  world = await makeTinyWorld(folder);
  const run = makeRun(folder, world, "whole", LONG);
  await finish(run);
  wanted = outcomeOf(run);
  weights = finalWeights(run, LAST);
  expect(wanted.length).toBeGreaterThan(300);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a killed worker", () => {
  it("continues bit for bit after kills at random moments of SFT and of RL", async () => {
    const run = makeRun(folder, world, "killed", LONG);
    await killAfterSteps(run, 0, 400 + Math.random() * 600);
    await killAfterSteps(run, 3, Math.random() * 200);
    await killAfterSteps(run, stepsOf(run) + 3, Math.random() * 200);
    await finish(run);
    const events = readJournal(journalOf(run));
    expect(events.filter(({ type }) => type === "run_started")).toHaveLength(1);
    expectTheSame(run);
  });

  it("continues after a kill in the middle of a line, of token bytes and of a checkpoint", async () => {
    const run = makeRun(folder, world, "torn", LONG);
    await killAfterSteps(run, 7, 0);
    appendFileSync(journalOf(run), '{"v":1,"attempt":1,"seq":9999,"type":"rollout","tok');
    appendFileSync(join(run, "tokens.0.bin"), Buffer.alloc(37, 1));
    const checkpoints = join(run, "checkpoints");
    const newest = readdirSync(checkpoints)
      .filter((name) => /^step-\d{6}(-\w+)?$/.test(name))
      .sort()
      .at(-1)!;
    const broken = `step-${String(Number(newest.slice(5, 11)) + 1).padStart(6, "0")}`;
    // One save that died under its temporary name, and one whose file was cut by the power failing.
    mkdirSync(join(checkpoints, `${broken}.1234.tmp`, "state"), { recursive: true });
    cpSync(join(checkpoints, newest), join(checkpoints, broken), { recursive: true });
    const state = join(checkpoints, broken, "state");
    const largest = readdirSync(state)
      .map((name) => join(state, name))
      .sort((a, b) => statSync(b).size - statSync(a).size)[0]!;
    truncateSync(largest, Math.floor(statSync(largest).size / 2));
    await finish(run);
    const notices = readJournal(journalOf(run)).filter(({ type }) => type === "notice");
    expect(notices.map(({ message }) => message)).toEqual([expect.stringContaining(broken)]);
    expect(existsSync(join(checkpoints, `${broken}.1234.tmp`))).toBe(false);
    expectTheSame(run);
  });

  it("stops on SIGTERM with a checkpoint, says so, and continues bit for bit", async () => {
    const run = makeRun(folder, world, "stopped", LONG);
    const worker = startWorker(run);
    await waitFor("7 steps", () => stepsOf(run) >= 7, 60_000, worker.output);
    worker.child.kill("SIGTERM");
    expect(await worker.ended, worker.output()).toBe(0);
    expect(readJournal(journalOf(run)).at(-1)).toMatchObject({ type: "run_ended", status: "stopped" });
    await finish(run);
    expectTheSame(run);
  });

  it("keeps what a stage remembers of earlier prompts, and a reference that moves", async () => {
    for (const recipe of ["deepvideo-r1", "grpo-care"]) {
      const own = recipe === "grpo-care" ? { "care.referenceEvery": 2 } : { "rl.innerUpdates": 2 };
      const overrides = { ...own, "sft.steps": 0, "rl.steps": 12, "evaluation.every": 0 };
      const uninterrupted = makeRun(folder, world, `${recipe}-whole`, overrides, {}, { recipe });
      await finish(uninterrupted);
      const killed = makeRun(folder, world, `${recipe}-killed`, overrides, {}, { recipe });
      await killAfterSteps(killed, 5, Math.random() * 100);
      await finish(killed);
      expect(outcomeOf(killed)).toEqual(outcomeOf(uninterrupted));
    }
  });

  it("refuses a second writer while the first one lives", async () => {
    const run = makeRun(folder, world, "twice", LONG);
    const first = startWorker(run);
    await waitFor("the lease", () => existsSync(join(run, "lease.json")), 30_000, first.output);
    const second = startWorker(run);
    expect(await second.ended).toBe(4);
    expect(second.output()).toContain("is being written by process");
    first.child.kill("SIGKILL");
    await first.ended;
  });
});
