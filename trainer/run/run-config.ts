/** Reads `run.json` and the settings it asks for. */
import { closeSync, existsSync, openSync, readFileSync, readSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { DATA_FOLDER, RUN_FOLDER, type RunConfigFile } from "../../contract/run-folder.ts";
import type { Recipe } from "../../science/recipe.ts";
import { settingsOf } from "../../science/recipes/outside.ts";
import type { Settings } from "../../science/settings.ts";
import { loadRecipe } from "./recipe-folder.ts";

const schema = z.looseObject({
  id: z.string().min(1),
  name: z.string(),
  recipe: z.string(),
  recipeFolder: z.string().optional(),
  preset: z.string(),
  seed: z.number().int(),
  overrides: z.record(z.string(), z.unknown()).default({}),
  model: z.string(),
  data: z.object({
    train: z.string(),
    sft: z.string().optional(),
    validation: z.string().optional(),
    heldOut: z.string().optional(),
    mediaRoot: z.string(),
  }),
  branchFrom: z.object({ run: z.string(), checkpoint: z.string() }).optional(),
  device: z.string().optional(),
  processes: z.number().int().min(1).max(64).optional(),
  dry: z.boolean().optional(),
  createdAt: z.number().default(0),
});

export interface RunPreparation {
  readonly config: RunConfigFile;
  readonly recipe: Recipe;
  readonly settings: Settings;
}

/**
 * Also imports the recipe, where the run's file names a folder for it. A run that has begun keeps the settings that its
 * journal froze: presets may have changed since, with the program. @throws Error that names the file and the field.
 */
export async function readRunConfig(runFolder: string): Promise<RunPreparation> {
  const path = join(runFolder, RUN_FOLDER.config);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`${path} cannot be read (${(error as Error).message}): launch the run again.`, { cause: error });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new Error(
      `${path}: ${issue.path.join(".") || "the file"}: ${issue.message}. Correct it or launch the run again.`,
    );
  }
  const config = parsed.data as RunConfigFile;
  const recipe = await loadRecipe(config.recipe, config.recipeFolder);
  const values = { ...config.overrides, ...frozenValues(runFolder, recipe) };
  return { config, recipe, settings: settingsOf(recipe, config.preset, values) };
}

/** The start of a journal that is looked at for `run_started`, which is one of its first lines. */
const HEAD_BYTES = 2 ** 20;

/** What `run_started` says of each setting; empty before it. A setting that the recipe has no longer is left out. */
function frozenValues(runFolder: string, recipe: Recipe): Record<string, unknown> {
  const path = join(runFolder, RUN_FOLDER.journal(0));
  if (!existsSync(path)) return {};
  const head = Buffer.alloc(HEAD_BYTES);
  const file = openSync(path, "r");
  let bytes: number;
  try {
    bytes = readSync(file, head);
  } finally {
    closeSync(file);
  }
  const lines = head.toString("utf8", 0, bytes).split("\n").slice(0, -1);
  const line = lines.find((one) => one.includes('"type":"run_started"'));
  if (line === undefined) return {};
  let settings: object;
  try {
    settings = (JSON.parse(line) as { config: { settings: object } }).config.settings;
  } catch (error) {
    throw new Error(`${path}: its line run_started is damaged; copy the file from a backup.`, { cause: error });
  }
  return Object.fromEntries(Object.entries(settings).filter(([name]) => Object.hasOwn(recipe.fields, name)));
}

/** The data folder that a run folder `<data>/runs/<id>` lies in. */
export function dataFolderOf(runFolder: string): string {
  return dirname(dirname(resolve(runFolder)));
}

/** The folder of the checkpoint that a run branches from. */
export function branchFolder(runFolder: string, branch: { readonly run: string; readonly checkpoint: string }): string {
  return join(dataFolderOf(runFolder), DATA_FOLDER.runs, branch.run, branch.checkpoint);
}
