/** Settings in which two presets of a recipe differ. */
import type { Recipe, SettingField } from "../../../science/recipe.ts";

export interface PresetDifference {
  readonly name: string;
  readonly values: readonly [left: string, right: string];
  readonly explanation: string;
  /** Why the presets differ, where the recipe says so. */
  readonly reason: string | null;
  /** Where the field's default comes from, in words. */
  readonly source: string;
}

function sourceOf({ source, of }: SettingField): string {
  if (source === "ours") return "The default is ours.";
  if (of !== undefined) return `The default follows ${of}'s ${source}.`;
  return source === "paper" ? "The default follows the paper." : "The default follows the authors' code.";
}

export function differencesOf(recipe: Recipe, left: string, right: string): PresetDifference[] {
  const presets = [recipe.presets[left]!, recipe.presets[right]!] as const;
  return Object.entries(recipe.fields).flatMap(([name, field]) => {
    const values = presets.map((preset) => preset.values[name] ?? field.default);
    if (values[0] === values[1]) return [];
    return [
      {
        name,
        values: [shown(values[0]!), shown(values[1]!)] as const,
        explanation: field.explanation,
        reason: presets[1].reasons?.[name] ?? presets[0].reasons?.[name] ?? null,
        source: sourceOf(field),
      },
    ];
  });
}

const shown = (value: number | string | boolean): string =>
  typeof value === "boolean" ? (value ? "yes" : "no") : String(value) || "–";
