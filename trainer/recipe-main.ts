/**
 * `node trainer/recipe-main.ts FOLDER ID PRESET OVERRIDES`: checks a recipe outside the program for a launch, in a process
 * of its own, and prints what the launch needs as JSON. PRESET may be empty. Exit codes: 0 usable, 2 not, with the reason.
 */
import { settingsOf } from "../science/recipes/outside.ts";
import { loadRecipe } from "./run/recipe-folder.ts";

const [folder, id, preset, overrides] = process.argv.slice(2);
if (!folder || !id || preset === undefined || overrides === undefined) {
  console.error("Usage: node trainer/recipe-main.ts FOLDER ID PRESET OVERRIDES");
  process.exit(2);
}
try {
  const recipe = await loadRecipe(id, folder);
  const chosen = preset === "" ? recipe.defaultPreset : preset;
  settingsOf(recipe, chosen, JSON.parse(overrides) as Record<string, unknown>);
  console.log(JSON.stringify({ id, title: recipe.title, preset: chosen }));
} catch (error) {
  console.error((error as Error).message);
  process.exit(2);
}
