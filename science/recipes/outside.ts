/** What a recipe that does not come with the program must be. The checks name what is wrong; importing is the caller's. */
import { z } from "zod";
import { panelSchema } from "../../contract/panels.ts";
import { SettingsError, type Recipe } from "../recipe.ts";
import { checkRewardNames } from "../rewards/reward.ts";
import type { Settings } from "../settings.ts";
import { RECIPES } from "./index.ts";

const text = z.string().min(1);
const schema = z.object({
  id: text,
  title: text,
  summary: text,
  paper: z.object({ arxiv: z.string(), title: z.string() }),
  claim: z.object({ text: z.string(), check: z.string() }),
  fields: z.record(z.string(), z.object({ kind: z.enum(["number", "integer", "boolean", "choice", "text"]) })),
  presets: z.record(z.string(), z.object({ title: z.string(), summary: z.string(), values: z.object({}) })),
  defaultPreset: text,
  panels: z.array(panelSchema),
  settings: z.custom<Recipe["settings"]>((value) => typeof value === "function", "must be a function"),
});

/** A name that may become a file name of a trusted folder. @throws SettingsError otherwise. */
export function checkRecipeId(id: string): void {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(id)) {
    throw new SettingsError(null, `The recipe name ${JSON.stringify(id)} cannot be used: take a-z, 0-9 and -.`);
  }
  if (RECIPES.some((recipe) => recipe.id === id)) {
    throw new SettingsError(
      null,
      `The recipe "${id}" comes with the program: give the one in the folder its own name.`,
    );
  }
}

/**
 * The `recipe` that a module exports.
 * @param file names the module in errors.
 * @throws SettingsError when there is none, or it is not what a recipe must be.
 */
export function recipeOfModule(module: unknown, id: string, file: string): Recipe {
  const exported = (module as { readonly recipe?: unknown }).recipe;
  if (typeof exported !== "object" || exported === null) {
    throw new SettingsError(null, `${file} exports no "recipe": write "export const recipe = extendRecipe(…)".`);
  }
  const parsed = schema.safeParse(exported);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new SettingsError(null, `${file}: recipe.${issue.path.join(".")}: ${issue.message}.`);
  }
  const recipe = exported as Recipe;
  if (recipe.id !== id) {
    throw new SettingsError(null, `${file}: recipe.id is "${recipe.id}", but must be "${id}" as the file's name.`);
  }
  return recipe;
}

/** A recipe's settings with the names of its rewards checked. @throws SettingsError. */
export function settingsOf(recipe: Recipe, preset: string, overrides: Readonly<Record<string, unknown>>): Settings {
  const settings = recipe.settings(preset, overrides);
  for (const stage of settings.stages) {
    if (stage.kind !== "rl") continue;
    try {
      checkRewardNames(stage.rewards);
    } catch (error) {
      throw new SettingsError(null, `Recipe ${recipe.id}: ${(error as Error).message}`);
    }
  }
  return settings;
}
