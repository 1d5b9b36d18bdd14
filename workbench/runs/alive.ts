/** Whether a run's worker lives: the holder of its lease. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RUN_FOLDER, type Lease } from "../../contract/run-folder.ts";
import { leaseIsAlive } from "./process-identity.ts";

/** The lease of a living worker; null when there is none. A holder on another host counts as alive: it cannot be seen. */
export function livingLease(folder: string): Lease | null {
  let lease: Lease;
  try {
    lease = JSON.parse(readFileSync(join(folder, RUN_FOLDER.lease), "utf8")) as Lease;
  } catch {
    return null;
  }
  return leaseIsAlive(lease) ? lease : null;
}
