/** How much of the disk the data folder takes, by what it is for. */
import { lstatSync, readdirSync, statfsSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Storage } from "../contract/methods.ts";
import { DATA_FOLDER, RUN_FOLDER } from "../contract/run-folder.ts";
import { runFolder } from "./data-folder.ts";

/** Bytes of all files below; links are not followed. A folder that goes meanwhile counts nothing. */
export function bytesBelow(path: string): number {
  try {
    const status = lstatSync(path);
    if (!status.isDirectory()) return status.size;
    return readdirSync(path).reduce((sum, name) => sum + bytesBelow(join(path, name)), 0);
  } catch {
    return 0;
  }
}

/** @param nameOf what people call a run */
export function readStorage(data: string, runs: readonly string[], nameOf: (run: string) => string): Storage {
  const disk = statfsSync(data);
  const databases = [DATA_FOLDER.index, DATA_FOLDER.user].flatMap((name) => [name, `${name}-wal`]);
  return {
    runs: runs
      .map((run) => {
        const folder = runFolder(data, run);
        const checkpointBytes = bytesBelow(join(folder, RUN_FOLDER.checkpoints));
        return { run, name: nameOf(run), bytes: bytesBelow(folder), checkpointBytes };
      })
      .sort((a, b) => b.bytes - a.bytes),
    framesBytes: bytesBelow(join(data, DATA_FOLDER.frames)),
    databaseBytes: databases.reduce(
      (sum, name) => sum + (statSync(join(data, name), { throwIfNoEntry: false })?.size ?? 0),
      0,
    ),
    freeBytes: disk.bavail * disk.bsize,
  };
}
