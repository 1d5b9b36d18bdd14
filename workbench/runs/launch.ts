/** Creates run folders and starts their workers, which outlive the service. */
import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { ControlCommand } from "../../contract/control.ts";
import { RUN_FOLDER, type RunConfigFile } from "../../contract/run-folder.ts";
import { runFolder } from "../data-folder.ts";
import { RUNTIME, startScript } from "../scripts.ts";
import { livingLease } from "./alive.ts";

export { PRODUCT_FOLDER } from "../scripts.ts";

export type NewRun = Omit<RunConfigFile, "id" | "createdAt">;

/** `20261121-153012-video-r1-ab12`: sorts by time, readable, unique. */
function newRunId({ recipe, dry }: NewRun, now: Date): string {
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return `${stamp}-${dry ? "dry-" : ""}${recipe.replace(/[^A-Za-z0-9-]/g, "-")}-${randomBytes(2).toString("hex")}`;
}

/** Writes `run.json` in a new folder that only its owner reads. */
export function createRun(data: string, run: NewRun): RunConfigFile {
  const now = new Date();
  const config: RunConfigFile = { ...run, id: newRunId(run, now), createdAt: now.getTime() };
  const folder = runFolder(data, config.id);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, RUN_FOLDER.config);
  writeFileSync(`${file}.new`, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
  return config;
}

/** @throws a sentence when the run is unknown. */
export function readRunConfig(data: string, run: string): RunConfigFile {
  const file = join(runFolder(data, run), RUN_FOLDER.config);
  if (!existsSync(file)) throw new RangeError(`There is no run "${run}" in ${data}; "secondlook runs" lists them.`);
  return JSON.parse(readFileSync(file, "utf8")) as RunConfigFile;
}

/** Media folders that runs were launched with; those of folders that are no runs are left out. */
export function mediaRootsOfRuns(data: string, runs: readonly string[]): string[] {
  return runs.flatMap((run) => {
    try {
      return [readRunConfig(data, run).data.mediaRoot];
    } catch {
      return [];
    }
  });
}

/**
 * Starts the worker of a run in its own session, its output in `worker.log`.
 * @throws when a living worker already writes the run.
 */
export function startWorker(data: string, run: string): number {
  const folder = runFolder(data, run);
  const lease = livingLease(folder);
  if (lease) throw new Error(`Run ${run} is already being trained by process ${lease.pid} on ${lease.host}.`);
  const config = readRunConfig(data, run);
  const { imported } = config;
  if (imported)
    throw new RangeError(`Run ${run} was imported from ${imported.tool}: it can be looked at, not trained.`);
  const log = openSync(join(folder, RUN_FOLDER.log), "a", 0o600);
  // Of several GPUs the worker sees only its own.
  const gpus = /:\d+$/.test(config.device ?? "") ? placesOf(config).map((id) => id.slice("cuda:".length)) : null;
  const child = startScript("trainer/worker.ts", [folder], {
    detached: true,
    stdio: ["ignore", log, log],
    environment: {
      SECONDLOOK_DATA: data,
      ...(RUNTIME === null ? {} : { SECONDLOOK_RUNTIME: RUNTIME }),
      ...(gpus === null ? {} : { CUDA_VISIBLE_DEVICES: gpus.join(",") }),
    },
  });
  closeSync(log);
  child.unref();
  if (child.pid === undefined) throw new Error(`The worker of run ${run} could not be started; see ${folder}.`);
  return child.pid;
}

/** Devices that a run was given, as `devices.list` names them: `auto`, `cpu`, or a GPU a process from the named one on. */
export function placesOf({ device = "auto", processes = 1 }: Pick<RunConfigFile, "device" | "processes">): string[] {
  const named = /^cuda(?::(\d+))?$/.exec(device);
  if (named === null) return [device];
  return Array.from({ length: processes }, (_, member) => `cuda:${Number(named[1] ?? 0) + member}`);
}

/** Appends a command for the worker and returns its id; the journal acknowledges it. */
export function sendControl(data: string, run: string, command: Record<string, unknown>): string {
  const id = randomBytes(8).toString("hex");
  const line = { ...command, id, at: Date.now() } as ControlCommand;
  appendFileSync(join(runFolder(data, run), RUN_FOLDER.control), `${JSON.stringify(line)}\n`, { mode: 0o600 });
  return id;
}
