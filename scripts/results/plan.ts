/** Which run belongs to which arm and seed: those that are complete are taken as they are, others go on or start. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { RUN_FOLDER, type RunConfigFile } from "../../contract/run-folder.ts";
import { recipeById } from "../../science/recipes/index.ts";
import { newRunFrom } from "../../workbench/runs/new-run.ts";
import type { NewRun } from "../../workbench/runs/launch.ts";
import type { Arm } from "./arms.ts";

export const RECIPE = "video-r1";
export const PRESET = "tiny";

export interface Wanted {
  readonly arm: Arm;
  readonly seed: number;
  /** Quick settings or none. */
  readonly overrides: Readonly<Record<string, unknown>>;
  /** Updates of SFT, where they follow from another arm's time. */
  readonly sftSteps?: number;
  readonly branchFrom?: NonNullable<RunConfigFile["branchFrom"]>;
}

/** A rehearsal's runs have another name, so that a page never takes one for the real thing. */
export const runName = (arm: Arm, seed: number, quick: boolean): string =>
  `${quick ? "Rehearsal" : "Results"} · ${arm.title} · seed ${seed}`;

/** The curve has six points whatever the length; the other measurements are made at the ends only. */
const MEASUREMENTS = 5;

export function configurationOf(data: string, wanted: Wanted, quick: boolean): NewRun {
  const { arm, seed, sftSteps, branchFrom } = wanted;
  const given = { ...wanted.overrides, ...arm.overrides, ...(sftSteps === undefined ? {} : { "sft.steps": sftSteps }) };
  const { stages } = recipeById(RECIPE).settings(PRESET, given);
  // A branch leaves its stages before the checkpoint out, so the last stage is the one that is done.
  const steps = stages.at(-1)?.steps ?? 0;
  const overrides = { ...given, "evaluation.every": Math.max(1, Math.ceil(steps / MEASUREMENTS)) };
  const request = { recipe: RECIPE, preset: PRESET, seed, name: runName(arm, seed, quick), overrides };
  return { ...newRunFrom(data, request), ...(branchFrom === undefined ? {} : { branchFrom }) };
}

/** Every run of the data folder that can be read, oldest first. */
export function existingRuns(data: string): RunConfigFile[] {
  const folder = join(data, "runs");
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
  const same = (run: RunConfigFile): boolean =>
    run.name === config.name &&
    run.seed === config.seed &&
    JSON.stringify(effective(run)) === JSON.stringify(effective(config)) &&
    JSON.stringify([run.model, run.data, run.branchFrom]) ===
      JSON.stringify([config.model, config.data, config.branchFrom]) &&
    [join(run.model, "model.safetensors"), ...Object.values(run.data)].every((file) => isOlder(file, run.createdAt)) &&
    settingsWhenStarted(data, run);
  return existingRuns(data).findLast(same);
}

const effective = ({ preset, overrides }: Pick<NewRun, "preset" | "overrides">): unknown =>
  recipeById(RECIPE).settings(preset, overrides).values;

const isOlder = (file: string, time: number): boolean =>
  !existsSync(file) || statSync(file).isDirectory() || statSync(file).mtimeMs <= time;

/** Presets change: what the run was started with must still be what its preset says. True before it has started. */
function settingsWhenStarted(data: string, run: RunConfigFile): boolean {
  const file = join(data, "runs", run.id, RUN_FOLDER.journal(0));
  if (!existsSync(file)) return true;
  const line = readFileSync(file, "utf8")
    .slice(0, 100_000)
    .split("\n")
    .find((text) => text.includes('"run_started"'));
  if (line === undefined) return true;
  const { config } = JSON.parse(line) as { config: { settings: unknown } };
  return JSON.stringify(config.settings) === JSON.stringify(effective(run));
}

/** How the newest attempt of a run ended; null while it has not. */
export function endOf(data: string, run: string): string | null {
  const file = join(data, "runs", run, RUN_FOLDER.journal(0));
  if (!existsSync(file)) return null;
  const last = readFileSync(file, "utf8").trimEnd().split("\n").at(-1) ?? "";
  if (!last.includes('"run_ended"')) return null;
  return (JSON.parse(last) as { status: string }).status;
}
