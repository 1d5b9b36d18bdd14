/**
 * A run worker: `node trainer/worker.ts <run folder>`. Needs nothing but the folder's `run.json`; starts the run or goes
 * on with it. SIGTERM stops it with a checkpoint. Exit codes: 0 done or stopped, 1 failed, 2 wrong usage or settings,
 * 4 another worker writes this run.
 */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { diskSentence } from "../contract/disk-errors.ts";
import { RUN_FOLDER, type RunConfigFile } from "../contract/run-folder.ts";
import type { DeviceRequest, Engine, EngineOptions } from "../native/types.ts";
import { openEngine } from "../native/index.ts";
import { scanJournal } from "./run/journal-scan.ts";
import { Journal } from "./run/journal.ts";
import { acquireLease, type HeldLease } from "./run/lease.ts";
import { readRunConfig } from "./run/run-config.ts";
import { runTraining } from "./run/run.ts";
import { follow } from "./team/follower.ts";
import { hasEnd, launchedRank, launchTeam, membersOf, seeOwnDevice } from "./team/launch.ts";

const EXIT = { done: 0, failed: 1, usage: 2, leased: 4 } as const;

const say = (line: string): void => {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
};

// Whoever read our output may be gone; that is no reason to stop training.
process.stdout.on("error", () => undefined);

/** The whole life of a worker; returns its exit code. */
export async function work(runFolder: string): Promise<number> {
  let config: RunConfigFile;
  try {
    config = (await readRunConfig(runFolder)).config;
  } catch (error) {
    say((error as Error).message);
    if (existsSync(join(runFolder, RUN_FOLDER.config))) await journalFailure(runFolder, (error as Error).message);
    return EXIT.usage;
  }
  const members = membersOf(config);
  const rank = launchedRank();
  if (members > 1 && rank !== null && rank > 0) return follow(runFolder, rank, () => engineOptions(config, rank));
  const scan = await scanJournal(join(runFolder, RUN_FOLDER.journal(0)));
  if (scan.ended === "completed") {
    say("The run is complete; there is nothing to resume.");
    return EXIT.done;
  }
  if (members > 1 && rank === null) return lead(runFolder, members);
  let lease: HeldLease;
  try {
    lease = acquireLease(runFolder, scan.lastAttempt + 1);
  } catch (error) {
    const unwritable = diskSentence(runFolder, error);
    say(unwritable ?? (error as Error).message);
    return unwritable === null ? EXIT.leased : EXIT.failed;
  }
  const stop = new AbortController();
  // What one member dropped in flight the others would wait for: a team stops at step boundaries only.
  const signal = members > 1 ? new AbortController().signal : stop.signal;
  process.once("SIGTERM", () => stop.abort());
  process.once("SIGINT", () => stop.abort());
  const journal = await Journal.open(runFolder);
  const fail = (error: unknown): void => {
    const reason = error instanceof Error ? error.message : String(error);
    say(`failed: ${error instanceof Error ? (error.stack ?? reason) : reason}`);
    try {
      journal.append({ type: "run_ended", status: "failed", step: journal.lastStep, reason });
      journal.close();
    } catch (second) {
      // A full disk, say: what is on disk stays resumable.
      say(`the journal could not take the end either: ${(second as Error).message}`);
    }
    lease.release();
  };
  const onUncaught = (error: unknown): void => {
    fail(error);
    process.exit(EXIT.failed);
  };
  process.once("uncaughtException", onUncaught);
  process.once("unhandledRejection", onUncaught);
  let engine: Engine | undefined;
  try {
    journal.append({
      type: "phase",
      phase: "preparing",
      stage: null,
      step: 0,
      detail: "loading the engine and the model",
    });
    journal.flush();
    engine = await openEngine(engineOptions(config, rank));
    await engine.team.share(() => journal.before);
    const { device, instructionSet, threads: count } = engine.info;
    const each = members > 1 ? ` in each of ${members} processes` : "";
    say(`attempt ${journal.attempt} on ${device} (${instructionSet}, ${count} threads${each})`);
    const end = await runTraining(runFolder, { engine, journal, signal, stop: stop.signal, say });
    journal.append({ type: "phase", phase: "finalizing", stage: null, step: end.step });
    journal.append({ type: "run_ended", ...end });
    say(`${end.status} after step ${end.step}: ${end.reason}`);
    journal.close();
    lease.release();
    await engine.team.leave();
    return EXIT.done;
  } catch (error) {
    fail(error);
    engine?.team.abort(EXIT.failed);
    return EXIT.failed;
  } finally {
    engine?.dispose();
  }
}

/** Starts the members of a run by several processes, and journals an end that they could not journal themselves. */
async function lead(runFolder: string, members: number): Promise<number> {
  const { code, reason } = await launchTeam(runFolder, members, say);
  if (code === 0) return EXIT.done;
  if (!(await hasEnd(runFolder))) await journalFailure(runFolder, reason);
  say(reason);
  return EXIT.failed;
}

function engineOptions(config: RunConfigFile, rank: number | null): EngineOptions {
  const device = deviceOf(config);
  const together = membersOf(config) > 1 && rank !== null;
  if (together && device === "cuda") seeOwnDevice(rank);
  return { device, seed: config.seed, determinism: 1, ...threads(), ...(together ? { team: "launched" } : {}) };
}

/** Wrong settings end the run too, so that whoever watches sees the reason. */
async function journalFailure(runFolder: string, reason: string): Promise<void> {
  const lease = acquireLease(runFolder, 0);
  const journal = await Journal.open(runFolder);
  journal.append({ type: "run_ended", status: "failed", step: journal.lastStep, reason });
  journal.close();
  lease.release();
}

/** Which of several GPUs is the starter's choice: the worker sees only that one. */
function deviceOf({ device = "auto" }: RunConfigFile): DeviceRequest {
  return device.startsWith("cuda") ? "cuda" : device === "cpu" ? "cpu" : "auto";
}

function threads(): { threads?: number } {
  const wanted = Number(process.env["SECONDLOOK_THREADS"] ?? 0);
  return Number.isInteger(wanted) && wanted > 0 ? { threads: wanted } : {};
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const folder = process.argv[2];
  if (folder === undefined) {
    say("Usage: node trainer/worker.ts <run folder>");
    process.exit(EXIT.usage);
  }
  process.exit(await work(resolve(folder)));
}
