/** Tells whether a process that a lease names is still the same one: pids are reused, start times are not. */
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { Lease } from "../../contract/run-folder.ts";

/** Start of a process in clock ticks since boot (`/proc/<pid>/stat` field 22), or 0 where unknown. */
export function processStart(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The command in parentheses may hold spaces and parentheses: count fields from the last one.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (fields[0] === "Z") return 0;
    return Number(fields[19]) || 0;
  } catch {
    return 0;
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** True while the lease's process runs. A lease of another host counts as alive: nothing here can tell. */
export function leaseIsAlive(lease: Lease): boolean {
  if (lease.host !== hostname()) return true;
  if (process.platform !== "linux" || lease.processStart === 0) return exists(lease.pid);
  return processStart(lease.pid) === lease.processStart;
}
