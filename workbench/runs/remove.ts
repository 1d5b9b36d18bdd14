/** Removes a run for good: its folder, its rows in the index and what people said of it. */
import { renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { runFolder } from "../data-folder.ts";
import { livingLease } from "./alive.ts";

/** @throws a sentence while the run is being trained. */
export function removeRunFolder(data: string, run: string): void {
  const folder = runFolder(data, run);
  if (livingLease(folder)) throw new RangeError(`Run ${run} is being trained: stop it first.`);
  // Under a name that is no run's id, so that nobody sees a half of it while a large folder goes.
  const doomed = join(dirname(folder), `.removed-${run}`);
  renameSync(folder, doomed);
  rmSync(doomed, { recursive: true, force: true });
}
