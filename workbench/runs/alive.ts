/** Whether a run's worker lives: the holder of its lease, by process id and start time. */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { RUN_FOLDER, type Lease } from "../../contract/run-folder.ts";

function processStart(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : Number(fields[19]);
  } catch {
    return null;
  }
}

/** The lease of a living worker; null when there is none. A holder on another host counts as alive: it cannot be seen. */
export function livingLease(folder: string): Lease | null {
  let lease: Lease;
  try {
    lease = JSON.parse(readFileSync(join(folder, RUN_FOLDER.lease), "utf8")) as Lease;
  } catch {
    return null;
  }
  if (lease.host !== hostname()) return lease;
  const started = processStart(lease.pid);
  if (started === null) return null;
  return lease.processStart === 0 || started === lease.processStart ? lease : null;
}
