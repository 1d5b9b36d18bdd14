/** The exclusive lease on a run: refuses a second writer, and is taken over when its holder is gone. */
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, unlinkSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { RUN_FOLDER, type Lease } from "../../contract/run-folder.ts";

export interface HeldLease {
  readonly lease: Lease;
  release(): void;
}

/** Start of a process in clock ticks since boot; 0 where the system does not say, null when there is no such process. */
export function processStart(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The program's name stands in brackets and may hold spaces; field 22 is the 20th after it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" ? null : Number(fields[19]);
  } catch {
    try {
      process.kill(pid, 0);
      return 0;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === "EPERM" ? 0 : null;
    }
  }
}

/** True when the holder has ended. A holder on another host cannot be seen from here and counts as alive. */
export function isStale(lease: Lease): boolean {
  if (lease.host !== hostname()) return false;
  const started = processStart(lease.pid);
  return started === null || (lease.processStart !== 0 && started !== 0 && started !== lease.processStart);
}

/** @throws Error naming the holder when a living process writes this run. */
export function acquireLease(runFolder: string, attempt: number): HeldLease {
  const path = join(runFolder, RUN_FOLDER.lease);
  const own: Lease = { host: hostname(), pid: process.pid, processStart: processStart(process.pid) ?? 0, attempt };
  // Written beside and linked: the lease appears whole or not at all, and only one of two can create it.
  const prepared = `${path}.${process.pid}.tmp`;
  rmSync(prepared, { force: true });
  const descriptor = openSync(prepared, "wx", 0o600);
  writeSync(descriptor, `${JSON.stringify(own)}\n`);
  fsyncSync(descriptor);
  closeSync(descriptor);
  try {
    for (let tries = 0; tries < 3; tries++) {
      try {
        linkSync(prepared, path);
        return { lease: own, release: () => releaseOwn(path, own) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const holder = readLease(path);
      if (holder !== null && !isStale(holder)) {
        throw new Error(
          `${runFolder} is being written by process ${holder.pid} on ${holder.host}. ` +
            `Stop that process first; if that machine is gone for good, delete ${path}.`,
        );
      }
      rmSync(path, { force: true });
    }
    throw new Error(`The lease ${path} changes hands all the time. Try again when no other worker starts this run.`);
  } finally {
    unlinkSync(prepared);
  }
}

/** Who holds the run now; null when nobody does. */
export function readLeaseHolder(runFolder: string): Lease | null {
  const lease = readLease(join(runFolder, RUN_FOLDER.lease));
  return lease === null || isStale(lease) ? null : lease;
}

function readLease(path: string): Lease | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Lease;
  } catch {
    return null;
  }
}

function releaseOwn(path: string, own: Lease): void {
  const current = readLease(path);
  if (current?.pid === own.pid && current.processStart === own.processStart) rmSync(path, { force: true });
}
