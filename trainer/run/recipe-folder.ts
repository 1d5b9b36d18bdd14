/**
 * Recipes in a folder outside the program. They are code: a folder is imported only because somebody named it on the
 * command line (`secondlook train --recipe-folder`), and only in the trainer's processes.
 */
import { existsSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { SettingsError, type Recipe } from "../../science/recipe.ts";
import { recipeById } from "../../science/recipes/index.ts";
import { checkRecipeId, recipeOfModule } from "../../science/recipes/outside.ts";

/** The program's pure rooms, which outside recipes import as `secondlook/science/…` and `secondlook/contract/…`. */
const OFFERED = /^secondlook\/((?:science|contract)\/[\w./-]+)$/;
const EXTENSIONS = [".ts", ".mts", ".js", ".mjs"] as const;

let offered = false;

function offerScience(): void {
  if (offered) return;
  offered = true;
  const root = new URL("../../", import.meta.url);
  registerHooks({
    resolve: (specifier, context, next) => {
      const inside = OFFERED.exec(specifier)?.[1];
      return next(inside === undefined ? specifier : new URL(inside, root).href, context);
    },
  });
}

/**
 * The recipe of a run: the program's own, or `<folder>/<id>.ts`, which is then executed.
 * @throws SettingsError that names file and remedy.
 */
export async function loadRecipe(id: string, folder: string | undefined): Promise<Recipe> {
  if (folder === undefined) return recipeById(id);
  checkRecipeId(id);
  const file = EXTENSIONS.map((extension) => join(folder, id + extension)).find((path) => existsSync(path));
  if (file === undefined) {
    throw new SettingsError(
      null,
      `${folder} holds no ${id}.ts (or .mts, .js, .mjs): name the folder and file of a recipe.`,
    );
  }
  offerScience();
  let module: unknown;
  try {
    module = await import(pathToFileURL(file).href);
  } catch (error) {
    throw new SettingsError(null, `${file} cannot be imported: ${(error as Error).message}`);
  }
  return recipeOfModule(module, id, file);
}
