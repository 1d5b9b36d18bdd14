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
import type { DeviceRequest, Engine } from "../native/types.ts";
import { openEngine } from "../native/index.ts";
import { scanJournal } from "./journal-scan.ts";
import { Journal } from "./journal.ts";
import { acquireLease, type HeldLease } from "./lease.ts";
import { readRunConfig } from "./run-config.ts";
import { runTraining } from "./run.ts";

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
  const scan = await scanJournal(join(runFolder, RUN_FOLDER.journal(0)));
  if (scan.ended === "completed") {
    say("The run is complete; there is nothing to resume.");
    return EXIT.done;
  }
  let lease: HeldLease;
  try {
    lease = acquireLease(runFolder, scan.lastAttempt + 1);
  } catch (error) {
    const unwritable = diskSentence(runFolder, error);
    say(unwritable ?? (error as Error).message);
    return unwritable === null ? EXIT.leased : EXIT.failed;
  }
  const stop = new AbortController();
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
    engine = await openEngine({ device: deviceOf(config), seed: config.seed, determinism: 1, ...threads() });
    const { device, instructionSet, threads: count } = engine.info;
    say(`attempt ${journal.attempt} on ${device} (${instructionSet}, ${count} threads)`);
    const end = await runTraining(runFolder, { engine, journal, signal: stop.signal, say });
    journal.append({ type: "phase", phase: "finalizing", stage: null, step: end.step });
    journal.append({ type: "run_ended", ...end });
    say(`${end.status} after step ${end.step}: ${end.reason}`);
    journal.close();
    lease.release();
    return EXIT.done;
  } catch (error) {
    fail(error);
    return EXIT.failed;
  } finally {
    engine?.dispose();
  }
}

/** Wrong settings end the run too, so that whoever watches sees the reason. */
async function journalFailure(runFolder: string, reason: string): Promise<void> {
  const lease = acquireLease(runFolder, 0);
  const journal = await Journal.open(runFolder);
  journal.append({ type: "run_ended", status: "failed", step: 0, reason });
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
