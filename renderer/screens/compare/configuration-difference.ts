/** Which settings differ between runs: the first thing to know before their curves are compared. */
import type { MadeWith } from "../../../science/run-settings.ts";
import { settingsOf } from "../../../science/run-settings.ts";

export interface SettingRow {
  readonly name: string;
  /** By run; undefined where a run has no such setting. */
  readonly values: readonly (string | undefined)[];
  readonly differs: boolean;
}

/** One row a setting of any run: those that differ first, each part in the order of the first run that has it. */
export function compareSettings(runs: readonly MadeWith[]): SettingRow[] {
  const all = runs.map(settingsOf);
  const names = [...new Set(all.flatMap((settings) => [...settings.keys()]))];
  const rows = names.map((name): SettingRow => {
    const values = all.map((settings) => settings.get(name));
    return { name, values, differs: values.some((value) => value !== values[0]) };
  });
  return [...rows.filter(({ differs }) => differs), ...rows.filter(({ differs }) => !differs)];
}
