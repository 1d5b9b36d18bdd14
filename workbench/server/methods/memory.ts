/** What a run would need of the machine's memory. */
import type { MemoryResults } from "../../../contract/methods.ts";
import { recipeById } from "../../../science/recipes/index.ts";
import { gpusOf } from "../../devices.ts";
import { checkMemory } from "../../library/memory-check.ts";
import { BASE_MODEL } from "../../runs/new-run.ts";
import type { HandlersOf } from "./context.ts";

export const memoryMethods: HandlersOf<keyof MemoryResults> = {
  "recipes.estimate": async (_, { recipe, preset, overrides, model, device, processes = 1 }) => {
    const settings = recipeById(recipe).settings(preset, overrides ?? {});
    return checkMemory(settings, model ?? BASE_MODEL, { processes, gpus: await gpusOf(device) });
  },
};
