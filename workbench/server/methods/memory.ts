/** What a run would need of the machine's memory. */
import type { MemoryResults } from "../../../contract/methods.ts";
import { recipeById } from "../../../science/recipes/index.ts";
import { checkMemory } from "../../library/memory-check.ts";
import { BASE_MODEL } from "../../runs/new-run.ts";
import type { HandlersOf } from "./context.ts";

export const memoryMethods: HandlersOf<keyof MemoryResults> = {
  "recipes.estimate": (_, { recipe, preset, overrides, model }) =>
    checkMemory(recipeById(recipe).settings(preset, overrides ?? {}), model ?? BASE_MODEL),
};
