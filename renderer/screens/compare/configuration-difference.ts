/** Which settings differ between runs: the first thing to know before their curves are compared. */
import type { RunDetail } from "../../../contract/methods.ts";

export interface SettingRow {
  readonly name: string;
  /** By run; undefined where a run has no such setting. */
  readonly values: readonly (string | undefined)[];
  readonly differs: boolean;
}

function flatten(value: unknown, prefix: string, into: Map<string, string>): void {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    for (const [name, inner] of Object.entries(value)) flatten(inner, prefix ? `${prefix}.${name}` : name, into);
  } else into.set(prefix, typeof value === "string" ? value : JSON.stringify(value));
}

/** What a run was made with, flat: settings by their own names, then data, branch, model and machine. */
export function settingsOf(
  run: Pick<RunDetail, "recipe" | "preset" | "seed" | "config" | "model">,
): Map<string, string> {
  const { settings, data, branchFrom, overrides: _, rows, ...rest } = run.config;
  const flat = new Map<string, string>([
    ["recipe", run.recipe],
    ["preset", run.preset],
    ["seed", String(run.seed)],
  ]);
  flatten(settings ?? {}, "", flat);
  flatten(rest, "", flat);
  if (branchFrom !== undefined) flatten(branchFrom, "branch from", flat);
  flatten(data ?? {}, "data", flat);
  flatten(rows ?? {}, "rows", flat);
  if (run.model) flat.set("model", run.model.directory);
  return flat;
}

/** One row a setting of any run: those that differ first, each part in the order of the first run that has it. */
export function compareSettings(
  runs: readonly Pick<RunDetail, "recipe" | "preset" | "seed" | "config" | "model">[],
): SettingRow[] {
  const all = runs.map(settingsOf);
  const names = [...new Set(all.flatMap((settings) => [...settings.keys()]))];
  const rows = names.map((name): SettingRow => {
    const values = all.map((settings) => settings.get(name));
    return { name, values, differs: values.some((value) => value !== values[0]) };
  });
  return [...rows.filter(({ differs }) => differs), ...rows.filter(({ differs }) => !differs)];
}
