/** The recipes that come with the program. */
import { z } from "zod";
import type { SystemResult } from "../claims.ts";

export interface RecipeSummary {
  readonly id: string;
  readonly title: string;
  readonly paper: string;
  readonly summary: string;
  readonly presets: readonly string[];
}

export const recipeInputs = {
  "recipes.list": z.object({}),
  "recipes.measured": z.object({ recipe: z.string() }),
} as const;

export interface RecipeResults {
  "recipes.list": readonly RecipeSummary[];
  /** What came out when its claims were checked; null where that was not done. */
  "recipes.measured": SystemResult | null;
}
