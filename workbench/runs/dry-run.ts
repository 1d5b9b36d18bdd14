/** A rehearsal of a launch: two updates of each stage, nothing measured, in a folder that goes afterwards. */
import { hostname } from "node:os";
import { setTimeout as delay } from "node:timers/promises";
import type { LaunchRequest } from "../../contract/methods.ts";
import { recipeById } from "../../science/recipes/index.ts";
import { runFolder } from "../data-folder.ts";
import { livingLease } from "./alive.ts";
import type { NewRun } from "./launch.ts";
import { newRunFrom } from "./new-run.ts";
import { removeRunFolder } from "./remove.ts";

const STEPS = 2;

/** Dry runs are told from their ids alone: nobody has to read the files of ten thousand runs to find those left over. */
export const isDryRunId = (run: string): boolean => /^\d{8}-\d{6}-dry-/.test(run);

/** @throws as `newRunFrom`. */
export function dryRunFrom(data: string, request: LaunchRequest): NewRun {
  const settings = recipeById(request.recipe).settings(request.preset, request.overrides ?? {});
  const shorter = Object.fromEntries(
    settings.stages.map(({ kind, steps }) => [`${kind}.steps`, Math.min(STEPS, steps)] as const),
  );
  const overrides = { ...request.overrides, ...shorter, "evaluation.every": 0, "checkpoint.every": 0 };
  const run = newRunFrom(data, { ...request, overrides });
  const { validation: _validation, heldOut: _heldOut, ...rows } = run.data;
  return { ...run, name: `Dry run · ${run.name}`, data: rows, dry: true };
}

/** Ends a dry run's worker at once, as there is nothing to lose, and removes its folder. */
export async function discardDryRun(data: string, run: string): Promise<void> {
  const folder = runFolder(data, run);
  const lease = livingLease(folder);
  if (lease?.host === hostname()) process.kill(lease.pid, "SIGKILL");
  for (let tries = 0; livingLease(folder) !== null && tries < 50; tries++) await delay(50);
  removeRunFolder(data, run);
}

/** Dry runs that a service left behind, say because it was killed. */
export function removeStaleDryRuns(data: string, runs: readonly string[]): void {
  for (const run of runs.filter(isDryRunId)) if (livingLease(runFolder(data, run)) === null) removeRunFolder(data, run);
}
