/** A run by several processes: the numbers of one process, and an end in order when one of them is killed. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEngine, type Engine } from "../../native/index.ts";
import { readJournal, waitFor } from "../support/processes.ts";
import { makeRun, makeTinyWorld, outcomeOf, startWorker } from "../support/tiny-run.ts";

const folder = mkdtempSync(join(tmpdir(), "secondlook-processes-"));
// Few updates: a difference of 1e-7 in the weights tips, sooner or later, the draw of a token, and runs part from there.
const SHORT = { "sft.steps": 3, "rl.steps": 2, "evaluation.every": 0, "checkpoint.every": 1 };
const LAST = "step-000005-rl";
let world = { model: "", pack: "" };
let engine: Engine;

/** Weights after one process and after several may differ by this much: sums of gradients have another order. */
const TOLERANCE = 1e-5;

const journalOf = (run: string): Record<string, unknown>[] => readJournal(join(run, "journal.0.ndjson"));

async function finished(name: string, processes: number, overrides: Record<string, unknown> = {}): Promise<string> {
  const run = makeRun(folder, world, name, { ...SHORT, ...overrides }, {}, { processes });
  const worker = startWorker(run);
  expect(await worker.ended, worker.output()).toBe(0);
  return run;
}

/** Metrics of every step that are no clock. */
function metricsOf(run: string): Record<string, number>[] {
  return journalOf(run).flatMap((event) => {
    if (event["type"] !== "step") return [];
    const metrics = Object.entries(event["metrics"] as Record<string, number>);
    return [Object.fromEntries(metrics.filter(([name]) => !name.includes("per_second")))];
  });
}

const optimiserBytes = (run: string): number =>
  Math.max(
    ...journalOf(run).flatMap((event) =>
      event["type"] === "step" ? [(event["memory"] as { optimiser: number }).optimiser] : [],
    ),
  );

const textsOf = (run: string): unknown[] =>
  journalOf(run).flatMap((event) =>
    event["type"] === "rollout" ? [[event["step"], event["index"], event["text"]]] : [],
  );

async function weightsOf(run: string): Promise<Map<string, Float32Array>> {
  const model = await engine.load(join(run, "checkpoints", LAST, "model"), { trainable: false });
  const all = new Map<string, Float32Array>();
  for (const { name } of model.parameters) all.set(name, await model.readParameter(name));
  model.dispose();
  return all;
}

async function expectAlike(run: string, alone: string, weightTolerance = TOLERANCE): Promise<void> {
  expect(textsOf(run)).toEqual(textsOf(alone));
  const [own, wanted] = [metricsOf(run), metricsOf(alone)];
  expect(own).toHaveLength(5);
  wanted.forEach((metrics, step) => {
    expect(Object.keys(own[step]!).sort()).toEqual(Object.keys(metrics).sort());
    for (const [name, value] of Object.entries(metrics))
      expect(Math.abs(own[step]![name]! - value), `${name} of step ${step}`).toBeLessThan(
        TOLERANCE * Math.max(1, Math.abs(value)),
      );
  });
  const weights = await weightsOf(run);
  for (const [name, values] of await weightsOf(alone)) {
    const other = weights.get(name)!;
    const worst = values.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i]!)), 0);
    expect(worst, name).toBeLessThan(weightTolerance);
  }
}

/** Process id of a member of the run. */
function memberOf(run: string, rank: number): number | null {
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const read = (file: string): string[] => readFileSync(join("/proc", entry, file), "utf8").split("\0");
      if (read("cmdline").includes(run) && read("environ").includes(`OMPI_COMM_WORLD_RANK=${rank}`))
        return Number(entry);
    } catch {
      // It ended while we looked.
    }
  }
  return null;
}

beforeAll(async () => {
  // Level 2 of determinism: a prompt samples the same in any company.
  process.env["SECONDLOOK_INSTRUCTION_SET"] = "avx512";
  world = await makeTinyWorld(folder);
  engine = await openEngine({ threads: 1 });
});
afterAll(() => {
  delete process.env["SECONDLOOK_INSTRUCTION_SET"];
  engine.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe("several processes", () => {
  it("give the numbers of one, two and four of them", async () => {
    const alone = await finished("alone", 1);
    for (const processes of [2, 4]) {
      const run = await finished(`by-${processes}`, processes);
      await expectAlike(run, alone);
      const share = optimiserBytes(run) / optimiserBytes(alone);
      expect(share, "share of the optimiser's state in the first process").toBeCloseTo(1 / processes, 2);
    }
  });

  it("divide an optimiser's state of 8 bits too", async () => {
    const eightBit = { "model.optimizer": "8bit" };
    const [run, alone] = [
      await finished("by-2-in-8-bits", 2, eightBit),
      await finished("alone-in-8-bits", 1, eightBit),
    ];
    // A moment may be rounded to the neighbouring code, which moves a weight by a part of the learning rate.
    await expectAlike(run, alone, 1e-4);
  });

  it("end with a sentence when one of them is killed, and go on bit for bit when they are resumed", async () => {
    const long = { "sft.steps": 3, "rl.steps": 12 };
    const whole = await finished("whole", 2, long);
    const run = makeRun(folder, world, "killed", { ...SHORT, ...long }, {}, { processes: 2 });
    const first = startWorker(run);
    const steps = (): number => {
      try {
        return journalOf(run).filter(({ type }) => type === "step").length;
      } catch {
        return 0;
      }
    };
    await waitFor("5 steps", () => steps() >= 5, 60_000, first.output);
    process.kill(memberOf(run, 1)!, "SIGKILL");
    expect(await first.ended, first.output()).toBe(1);
    const last = journalOf(run).at(-1)!;
    expect(last).toMatchObject({ type: "run_ended", status: "failed" });
    expect(last["reason"]).toMatch(/Process 1 of 2 was ended from outside by signal 9 .*Resume the run/);
    const second = startWorker(run);
    expect(await second.ended, second.output()).toBe(0);
    expect(outcomeOf(run)).toEqual(outcomeOf(whole));
  });
});
