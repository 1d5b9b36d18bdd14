/**
 * Workers, services and windows are killed at random moments while runs go on; at the end a reader of its own compares the
 * journals with the index: nothing lost, nothing doubled, and the run ends as one that nobody disturbed. SECONDLOOK_SOAK
 * sets the number of kills; `npm run test:deep` takes 200.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, expect, it } from "vitest";
import { RandomStream } from "../../science/rng.ts";
import { compareLedgers } from "../support/ledger.ts";
import { readJournal, startCommand, waitFor, type RunningCommand } from "../support/processes.ts";
import {
  finalWeights,
  makeRun,
  makeTinyWorld,
  outcomeOf,
  startWorker,
  type RunningWorker,
} from "../support/tiny-run.ts";

const KILLS = Number(process.env["SECONDLOOK_SOAK"] ?? 8);
/** A run that is killed more often than this makes room for another, so that every part of a run gets its kills. */
const KILLS_A_RUN = 25;
const LONG = { "rl.steps": 15 };
const LAST = "step-000020-rl";
const data = mkdtempSync(join(tmpdir(), "secondlook-soak-"));
const random = new RandomStream("soak", Date.now() % 100_000);

let worker: RunningWorker | null = null;
let service: RunningCommand | null = null;
let window: ChildProcess | null = null;
const isOver = (child: ChildProcess): boolean => child.exitCode !== null || child.signalCode !== null;
afterAll(() => {
  for (const child of [worker?.child, service?.child, window]) child?.kill("SIGKILL");
  rmSync(data, { recursive: true, force: true });
});

/** Starts what is not there; the service and the window come up while the worker trains. */
async function keepAlive(run: string): Promise<void> {
  if (worker === null || isOver(worker.child)) worker = startWorker(join(data, "runs", run));
  if (service === null || isOver(service.child)) {
    service = startCommand(["serve", "--no-open", "--stay", "--data", data]);
    const { output, child } = service;
    const where = await waitFor("a service", () => /at (http\S+)\/#token=(\w+)/.exec(output()), 60_000, output);
    expect(isOver(child), output()).toBe(false);
    window?.kill("SIGKILL");
    window = null;
    address = [where[1]!, where[2]!];
  }
  if (window === null || isOver(window)) {
    window = spawn(process.execPath, ["test/support/window-process.ts", ...address, run], { stdio: "ignore" });
  }
}
let address: [string, string] = ["", ""];

it(
  `loses and doubles nothing in ${KILLS} random kills of workers, services and windows, and resumes identically`,
  async () => {
    const world = await makeTinyWorld(data);
    const whole = makeRun(data, world, "whole", LONG);
    const undisturbed = startWorker(whole);
    expect(await undisturbed.ended, undisturbed.output()).toBe(0);
    const wanted = outcomeOf(whole);
    const weights = finalWeights(whole, LAST);

    const killed = { worker: 0, service: 0, window: 0 };
    const runs: string[] = [];
    for (let kills = 0; kills < KILLS;) {
      const run = `killed-${runs.length}`;
      runs.push(run);
      const folder = makeRun(data, world, run, LONG);
      for (let here = 0; here < KILLS_A_RUN && kills < KILLS; here++) {
        await keepAlive(run);
        await delay(100 + random.uniform() * 1200);
        if (isOver(worker!.child) && worker!.child.exitCode === 0) break;
        const which = (["worker", "worker", "service", "window"] as const)[Math.floor(random.uniform() * 4)]!;
        const child = which === "worker" ? worker!.child : which === "service" ? service!.child : window!;
        child.kill("SIGKILL");
        if (which === "worker") await worker!.ended;
        if (which === "service") await service!.ended;
        killed[which]++;
        kills++;
      }
      if (!isOver(worker!.child)) await worker!.ended;
      if (worker!.child.exitCode !== 0) {
        worker = startWorker(folder);
        expect(await worker.ended, worker.output()).toBe(0);
      }
      worker = null;
      expect(outcomeOf(folder)).toEqual(wanted);
      expect(finalWeights(folder, LAST)).toBe(weights);
    }

    await keepAlive("whole");
    let superseded = 0;
    for (const run of ["whole", ...runs]) {
      const ledger = await waitFor(
        `the index to hold all of ${run}`,
        () => {
          const now = compareLedgers(data, run);
          return now.lost.length === 0 ? now : null;
        },
        60_000,
        () => JSON.stringify(compareLedgers(data, run).lost.slice(0, 3)),
      );
      expect(ledger).toMatchObject({ lost: [], doubled: [], gaps: [] });
      const steps = readJournal(join(data, "runs", run, "journal.0.ndjson")).filter(({ type }) => type === "step");
      // Superseded steps are those beyond the 20 that count, each accounted for.
      expect(steps.length - ledger.supersededSteps).toBe(20);
      superseded += ledger.supersededSteps;
      expect(existsSync(join(data, "runs", run, "lease.json"))).toBe(false);
    }
    console.log(`soak: ${JSON.stringify(killed)} killed over ${runs.length} runs; ${superseded} steps superseded`);
  },
  60_000 + KILLS * 20_000,
);
