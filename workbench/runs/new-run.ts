/** Turns a launch (from the window or the command line) into a run's configuration, with the embedded defaults. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import type { MethodInput } from "../../contract/methods.ts";
import { checkMemory } from "../library/memory-check.ts";
import { runFolder } from "../data-folder.ts";
import { recipeById } from "../../science/recipes/index.ts";
import { PRODUCT_FOLDER, type NewRun } from "./launch.ts";
import type { OutsideRecipe } from "./outside-recipe.ts";

export const BASE_MODEL = join(PRODUCT_FOLDER, "resources", "base-model");

/** Files of the sample pack, as `trainer/samplepack` names them. */
export function samplePackData(data: string): NewRun["data"] {
  const root = join(data, DATA_FOLDER.samplePack);
  return {
    train: join(root, "train.json"),
    sft: join(root, "sft.json"),
    validation: join(root, "validation.json"),
    heldOut: join(root, "heldout.json"),
    mediaRoot: root,
  };
}

/**
 * @throws SettingsError for a wrong recipe, preset or setting; RangeError for a file that is not there. Both before
 *   anything is written. A recipe outside the program was checked by its own process.
 */
export function newRunFrom(data: string, input: MethodInput<"runs.launch">, outside?: OutsideRecipe): NewRun {
  const recipe = outside ?? recipeById(input.recipe);
  if ("settings" in recipe) recipe.settings(input.preset, input.overrides ?? {});
  const model = resolve(input.model ?? BASE_MODEL);
  const files = input.data?.["train"] ? (input.data as unknown as NewRun["data"]) : samplePackData(data);
  const needed = { model: join(model, "config.json"), train: files.train };
  for (const [what, file] of Object.entries(needed)) {
    if (existsSync(file)) continue;
    throw new RangeError(
      `${file} (${what}) is not there. Give --${what === "model" ? "model" : "data"}, or run "npm run demo" once to make the sample pack.`,
    );
  }
  const { branchFrom, device, processes = 1 } = input;
  // A GPU's memory is the worker's to check: it opens the engine that knows the device.
  if ("settings" in recipe && !(device ?? "").startsWith("cuda")) {
    const settings = recipe.settings(input.preset, input.overrides ?? {});
    const { bytes, refusal } = checkMemory(settings, model, { processes, gpus: null });
    if (bytes !== null && refusal !== null) throw new RangeError(refusal);
  }
  if (branchFrom) checkBranch(data, branchFrom);
  return {
    name: input.name ?? `${recipe.title} · ${input.preset}`,
    recipe: recipe.id,
    ...(outside === undefined ? {} : { recipeFolder: outside.folder }),
    preset: input.preset,
    seed: input.seed ?? 1,
    overrides: input.overrides ?? {},
    model,
    data: files,
    ...(branchFrom === undefined ? {} : { branchFrom }),
    ...(device === undefined || device === "auto" ? {} : { device }),
    ...(processes === 1 ? {} : { processes }),
  };
}

/** @throws RangeError when the checkpoint is not there or holds no model to start from. */
function checkBranch(data: string, { run, checkpoint }: NonNullable<NewRun["branchFrom"]>): void {
  if (!/^checkpoints\/step-\d+(-[\w-]+)?$/.test(checkpoint)) {
    throw new RangeError(`"${checkpoint}" is no checkpoint of a run: write it as checkpoints/step-000080-sft.`);
  }
  const folder = join(runFolder(data, run), checkpoint);
  if (existsSync(join(folder, "model", "config.json"))) return;
  throw new RangeError(
    existsSync(folder)
      ? `The checkpoint ${folder} has no model folder: branch from the end of a stage, or from one that was asked for.`
      : `The checkpoint ${folder} is not there: choose another one of run ${run}.`,
  );
}
