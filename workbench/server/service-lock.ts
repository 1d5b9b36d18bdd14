/** One service a data folder: a second one would write the same databases. */
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { isSameProcess, processStart } from "../runs/alive.ts";

export interface ServiceLock {
  release(): void;
}

interface Holder {
  readonly pid: number;
  readonly processStart: number;
}

function readHolder(file: string): Holder | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Holder;
  } catch {
    return null;
  }
}

/** Takes the lock, also from a holder that is gone; null while another process holds it. */
export function takeServiceLock(data: string): ServiceLock | null {
  const file = join(data, DATA_FOLDER.lock);
  const mine = `${file}.${process.pid}`;
  const holder: Holder = { pid: process.pid, processStart: processStart(process.pid) ?? 0 };
  writeFileSync(mine, JSON.stringify(holder), { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 2; attempt++) {
      try {
        // A link appears whole or not at all, and fails where one is.
        linkSync(mine, file);
        return { release: () => rmSync(file, { force: true }) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const other = readHolder(file);
      if (other && isSameProcess(other.pid, other.processStart)) return null;
      rmSync(file, { force: true });
    }
    return null;
  } finally {
    rmSync(mine, { force: true });
  }
}
