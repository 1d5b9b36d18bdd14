/** VerIPO killed inside a DPO stage, between stages and in a later round gives bit for bit what an uninterrupted run gives. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makePack } from "../../trainer/samplepack/pack.ts";
import { readJournal, waitFor } from "../support/processes.ts";
import { finalWeights, makeRun, outcomeOf, startWorker } from "../support/tiny-run.ts";

const folder = mkdtempSync(join(tmpdir(), "secondlook-preference-"));
/** The shipped base model: a random one is never right, and without right answers there are no pairs. */
const world = { model: resolve("resources/base-model"), pack: join(folder, "sample-pack") };
/** Two rounds: 4 + 3 updates of GRPO, 5 of DPO after each, in steps so small that answers stay right and wrong. */
const OVERRIDES = {
  "sft.steps": 0,
  "rl.learningRate": 1e-5,
  "veripo.laterLearningRate": 1e-5,
  "dpo.learningRate": 1e-5,
  "rl.steps": 4,
  "rl.promptsPerStep": 6,
  "rl.shuffledGroupSize": 0,
  "veripo.rounds": 2,
  "veripo.laterSteps": 3,
  "dpo.steps": 5,
  "dpo.batchSize": 2,
  "sampling.maxTokens": 48,
  "evaluation.every": 0,
} as const;
const LAST = "step-000017-dpo-2";
let wanted: string[] = [];
let weights = "";

const make = (id: string): string => makeRun(folder, world, id, OVERRIDES, {}, { recipe: "veripo" });
const eventsOf = (run: string) => {
  const path = join(run, "journal.0.ndjson");
  return existsSync(path) ? readJournal(path) : [];
};
const stepsOf = (run: string): number => eventsOf(run).filter(({ type }) => type === "step").length;

async function finish(run: string): Promise<void> {
  const worker = startWorker(run);
  expect(await worker.ended, worker.output()).toBe(0);
}

/** Killed once so many updates were journalled over all attempts, and a little later. */
async function killAfter(run: string, steps: number, extraMs: number): Promise<void> {
  const worker = startWorker(run);
  await waitFor(`${steps} steps`, () => stepsOf(run) >= steps || worker.child.exitCode !== null, 90_000, worker.output);
  await delay(extraMs);
  worker.child.kill("SIGKILL");
  await worker.ended;
}

beforeAll(async () => {
  await makePack(world.pack, { train: 10, traced: 6, validation: 2, heldOut: 2, heldOutUnseen: 0 }, () => undefined);
  const run = make("whole");
  await finish(run);
  wanted = outcomeOf(run);
  weights = finalWeights(run, LAST);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("VerIPO's loop", () => {
  it("makes pairs in both rounds and learns from them, so that there is something to resume", () => {
    const steps = eventsOf(join(folder, "runs", "whole")).filter(({ type }) => type === "step");
    expect([...new Set(steps.map(({ stage }) => stage))]).toEqual(["rl", "dpo", "rl-2", "dpo-2"]);
    for (const stage of ["dpo", "dpo-2"]) {
      const own = steps
        .filter((step) => step["stage"] === stage)
        .map(({ metrics }) => metrics as Record<string, number>);
      expect(own[0]!["pairs/all"], stage).toBeGreaterThan(0);
      expect(
        own.every((metrics) => metrics["num_pairs"]! > 0 && metrics["grad_norm"]! > 0),
        stage,
      ).toBe(true);
    }
  });

  it("continues bit for bit after kills in each of its stages", async () => {
    const run = make("killed");
    // Inside the first DPO stage, at its very beginning, inside the second search, and inside the second DPO stage.
    await killAfter(run, 5, 50 + Math.random() * 300);
    await killAfter(run, stepsOf(run) + 3, Math.random() * 100);
    await killAfter(run, stepsOf(run) + 4, Math.random() * 200);
    await killAfter(run, stepsOf(run) + 3, Math.random() * 100);
    await finish(run);
    expect(eventsOf(run).filter(({ type }) => type === "resume").length).toBeGreaterThanOrEqual(3);
    expect(outcomeOf(run)).toEqual(wanted);
    expect(finalWeights(run, LAST)).toBe(weights);
  });
});
