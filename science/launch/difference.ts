/** In what a run's settings differ from those that the paper gives, and from their preset. */
import { resolveValues, type Recipe } from "../recipe.ts";
import type { SettingValue } from "../settings.ts";

export interface Difference {
  readonly field: string;
  readonly here: SettingValue;
  readonly there: SettingValue;
}

/** The preset that follows the paper, else the published code: the first whose name says so; null for neither. */
export function paperPreset(recipe: Pick<Recipe, "presets">): string | null {
  const names = Object.keys(recipe.presets);
  return names.find((name) => name.startsWith("paper")) ?? names.find((name) => name.startsWith("upstream")) ?? null;
}

/** Settings that have another value than in the paper's preset, in the order of the recipe's fields. */
export function differencesFromPaper(
  recipe: Pick<Recipe, "id" | "fields" | "presets">,
  values: Readonly<Record<string, SettingValue>>,
): Difference[] {
  const preset = paperPreset(recipe);
  const there =
    preset === null
      ? Object.fromEntries(Object.entries(recipe.fields).map(([name, field]) => [name, field.default]))
      : resolveValues(recipe, preset);
  return Object.keys(recipe.fields)
    .filter((name) => values[name] !== there[name])
    .map((field) => ({ field, here: values[field]!, there: there[field]! }));
}
