/** Whether a run's worker lives: the holder of its lease, by process id and start time (pids are used again). */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { RUN_FOLDER, type Lease } from "../../contract/run-folder.ts";

/** Start of a process in clock ticks since boot (`/proc/<pid>/stat` field 22); null when there is no such process. */
export function processStart(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name stands in brackets and may hold spaces and brackets: fields are counted after the last one.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : Number(fields[19]);
  } catch {
    return process.platform === "linux" || !signalReaches(pid) ? null : 0;
  }
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** True while the process that had this start time runs; a start time of 0 is not known and not compared. */
export function isSameProcess(pid: number, start: number): boolean {
  const now = processStart(pid);
  return now !== null && (start === 0 || now === 0 || now === start);
}

/** The lease of a living worker; null when there is none. A holder on another host counts as alive: it cannot be seen. */
export function livingLease(folder: string): Lease | null {
  let lease: Lease;
  try {
    lease = JSON.parse(readFileSync(join(folder, RUN_FOLDER.lease), "utf8")) as Lease;
  } catch {
    return null;
  }
  return lease.host !== hostname() || isSameProcess(lease.pid, lease.processStart) ? lease : null;
}
