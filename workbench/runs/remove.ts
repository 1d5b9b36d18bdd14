/** Removes a run for good: its folder, its rows in the index and what people said of it. */
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { runFolder } from "../data-folder.ts";
import { livingLease } from "./alive.ts";

const DOOMED = ".removed-";

/** @throws a sentence while the run is being trained. */
export function removeRunFolder(data: string, run: string): void {
  const folder = runFolder(data, run);
  if (livingLease(folder)) throw new RangeError(`Run ${run} is being trained: stop it first.`);
  // Under a name that is no run's id, so that nobody sees a half of it while a large folder goes.
  const doomed = join(dirname(folder), `${DOOMED}${run}`);
  renameSync(folder, doomed);
  rmSync(doomed, { recursive: true, force: true });
}

/** Finishes the removals that a kill interrupted. */
export function finishRemovals(data: string): void {
  const runs = join(data, DATA_FOLDER.runs);
  if (!existsSync(runs)) return;
  for (const name of readdirSync(runs))
    if (name.startsWith(DOOMED)) rmSync(join(runs, name), { recursive: true, force: true });
}
