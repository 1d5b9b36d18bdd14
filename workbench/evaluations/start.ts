/** Evaluations that the service starts: detached like runs, so that they outlive it, their output in `worker.log`. */
import { closeSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { EVALUATION_FOLDER } from "../../contract/evaluation.ts";
import { livingLease } from "../runs/alive.ts";
import { startScript } from "../scripts.ts";
import { evaluationFolder } from "./new-evaluation.ts";
import { checkCanRun, readRequest } from "./read.ts";

/** Folders whose workers this process started and which have not ended: they take their lease a moment later. */
const started = new Set<string>();

export const isAtWork = (folder: string): boolean => started.has(folder) || livingLease(folder) !== null;

/** @throws RangeError when a worker is at it already, and for an imported one. */
export function startEvaluation(data: string, id: string): void {
  const folder = evaluationFolder(data, id);
  checkCanRun(readRequest(data, id));
  if (isAtWork(folder)) throw new RangeError("This evaluation is at work already.");
  rmSync(join(folder, EVALUATION_FOLDER.progress), { force: true });
  const log = openSync(join(folder, EVALUATION_FOLDER.log), "a", 0o600);
  const child = startScript("trainer/evaluation/main.ts", [folder, data], {
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  started.add(folder);
  child.on("error", () => started.delete(folder));
  child.on("exit", () => started.delete(folder));
  child.unref();
}

/** True when there was a worker to stop. What it has answered is kept. */
export function stopEvaluation(data: string, id: string): boolean {
  const lease = livingLease(evaluationFolder(data, id));
  if (lease === null) return false;
  process.kill(lease.pid, "SIGTERM");
  return true;
}
