/** Which run of a data folder is the wanted one: those that are complete are taken as they are, others go on or start. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DATA_FOLDER, RUN_FOLDER, type RunConfigFile } from "../../contract/run-folder.ts";
import { recipeById } from "../../science/recipes/index.ts";
import type { NewRun } from "../runs/launch.ts";

/** Every run of the data folder that can be read, oldest first. */
export function existingRuns(data: string): RunConfigFile[] {
  const folder = join(data, DATA_FOLDER.runs);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .sort()
    .flatMap((run) => {
      try {
        return [JSON.parse(readFileSync(join(folder, run, RUN_FOLDER.config), "utf8")) as RunConfigFile];
      } catch {
        return [];
      }
    });
}

/** A run that was launched with the same settings, from the same start, and after its model and data were made. */
export function runFor(data: string, config: NewRun): RunConfigFile | undefined {
  const wanted = JSON.stringify(effective(config));
  const same = (run: RunConfigFile): boolean =>
    run.name === config.name &&
    run.recipe === config.recipe &&
    run.seed === config.seed &&
    JSON.stringify(effective(run)) === wanted &&
    JSON.stringify([run.model, run.data, run.branchFrom]) ===
      JSON.stringify([config.model, config.data, config.branchFrom]) &&
    [join(run.model, "model.safetensors"), ...Object.values(run.data)].every((file) => isOlder(file, run.createdAt)) &&
    settingsWhenStarted(data, run);
  return existingRuns(data).findLast(same);
}

const effective = ({
  recipe,
  preset,
  overrides,
}: Pick<NewRun, "recipe" | "preset" | "overrides">): Readonly<Record<string, unknown>> | null => {
  try {
    return recipeById(recipe).settings(preset, overrides).values;
  } catch {
    // An older run may name a setting that is no more: it is not the wanted one.
    return null;
  }
};

const isOlder = (file: string, time: number): boolean =>
  !existsSync(file) || statSync(file).isDirectory() || statSync(file).mtimeMs <= time;

/** Presets change: what the run was started with must still be what its preset says. True before it has started. */
function settingsWhenStarted(data: string, run: RunConfigFile): boolean {
  const file = join(data, DATA_FOLDER.runs, run.id, RUN_FOLDER.journal(0));
  if (!existsSync(file)) return true;
  const line = readFileSync(file, "utf8")
    .slice(0, 100_000)
    .split("\n")
    .find((text) => text.includes('"run_started"'));
  if (line === undefined) return true;
  const { config } = JSON.parse(line) as { config: { settings: Readonly<Record<string, unknown>> } };
  const now = effective(run);
  const fields = recipeById(run.recipe).fields;
  // A setting that came later is at its default what was always done.
  return (
    now !== null &&
    Object.keys(config.settings).every((name) => config.settings[name] === now[name]) &&
    Object.keys(now).every((name) => name in config.settings || now[name] === fields[name]?.default)
  );
}

/** How the newest attempt of a run ended; null while it has not. */
export function endOf(data: string, run: string): string | null {
  const file = join(data, DATA_FOLDER.runs, run, RUN_FOLDER.journal(0));
  if (!existsSync(file)) return null;
  const last = readFileSync(file, "utf8").trimEnd().split("\n").at(-1) ?? "";
  if (!last.includes('"run_ended"')) return null;
  return (JSON.parse(last) as { status: string }).status;
}
