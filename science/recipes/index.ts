/** All recipes that come with Secondlook. A new method is one more file here. */
import type { Recipe } from "../recipe.ts";
import { SettingsError } from "../recipe.ts";
import { deepVideoR1 } from "./deepvideo-r1.ts";
import { grpoCare } from "./grpo-care.ts";
import { twGrpo } from "./tw-grpo.ts";
import { veripo } from "./veripo.ts";
import { videoHallu } from "./videohallu.ts";
import { videoR1 } from "./video-r1.ts";

export const RECIPES: readonly Recipe[] = [videoR1, twGrpo, deepVideoR1, grpoCare, veripo, videoHallu];

/** The recipe with this id; throws a SettingsError that lists the known ones. */
export function recipeById(id: string): Recipe {
  const recipe = RECIPES.find((candidate) => candidate.id === id);
  if (recipe === undefined) {
    throw new SettingsError(null, `There is no recipe "${id}". Known: ${RECIPES.map((known) => known.id).join(", ")}.`);
  }
  return recipe;
}
