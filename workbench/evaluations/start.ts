/** Evaluations that the service starts: detached like runs, so that they outlive it, their output in `worker.log`. */
import { closeSync, openSync, rmSync } from "node:fs";
import { join } from "node:path";
import { EVALUATION_FOLDER } from "../../contract/evaluation.ts";
import { livingLease } from "../runs/alive.ts";
import { startScript } from "../scripts.ts";
import { evaluationFolder } from "./new-evaluation.ts";

/** @throws RangeError when a worker is at it already. */
export function startEvaluation(data: string, id: string): void {
  const folder = evaluationFolder(data, id);
  if (livingLease(folder)) throw new RangeError("This evaluation is at work already.");
  rmSync(join(folder, EVALUATION_FOLDER.progress), { force: true });
  const log = openSync(join(folder, EVALUATION_FOLDER.log), "a", 0o600);
  const child = startScript("trainer/evaluation/main.ts", [folder, data], {
    detached: true,
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  child.unref();
}

/** True when there was a worker to stop. What it has answered is kept. */
export function stopEvaluation(data: string, id: string): boolean {
  const lease = livingLease(evaluationFolder(data, id));
  if (lease === null) return false;
  process.kill(lease.pid, "SIGTERM");
  return true;
}
