/** The recipes that come with the program. */
import { z } from "zod";

export interface RecipeSummary {
  readonly id: string;
  readonly title: string;
  readonly paper: string;
  readonly summary: string;
  readonly presets: readonly string[];
}

export const recipeInputs = {
  "recipes.list": z.object({}),
} as const;

export interface RecipeResults {
  "recipes.list": readonly RecipeSummary[];
}
