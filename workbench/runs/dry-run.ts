/** A rehearsal of a launch: two updates of each stage, nothing measured, in a folder that goes afterwards. */
import type { LaunchRequest } from "../../contract/methods.ts";
import { recipeById } from "../../science/recipes/index.ts";
import type { NewRun } from "./launch.ts";
import { newRunFrom } from "./new-run.ts";

const STEPS = 2;

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
