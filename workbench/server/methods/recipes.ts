/** The recipes that come with the program. */
import type { RecipeResults } from "../../../contract/methods.ts";
import { RECIPES } from "../../../science/recipes/index.ts";
import { measuredClaims } from "../../claims/measured.ts";
import type { HandlersOf } from "./context.ts";

export const recipeMethods: HandlersOf<keyof RecipeResults> = {
  "recipes.list": () =>
    RECIPES.map(({ id, title, paper, summary, presets }) => ({
      id,
      title,
      paper: paper.arxiv,
      summary,
      presets: Object.keys(presets),
    })),
  "recipes.measured": (_context, { recipe }) => measuredClaims(recipe),
};
