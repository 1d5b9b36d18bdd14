/** Models that can be evaluated: Hugging Face folders, checkpoints of runs that kept their weights, the base model. */
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { EvaluatedModel } from "../../contract/evaluation.ts";
import type { EventOf } from "../../contract/journal.ts";
import { RUN_FOLDER, type RunConfigFile } from "../../contract/run-folder.ts";
import { runFolder } from "../data-folder.ts";
import { BASE_MODEL } from "../runs/new-run.ts";

const isModel = (folder: string): boolean => existsSync(join(folder, "config.json"));

/**
 * A folder given by a person: a model, or a checkpoint of a run that has one inside.
 * @throws RangeError with the remedy.
 */
export function modelAt(folder: string): EvaluatedModel {
  const given = resolve(folder);
  const directory = isModel(given) ? given : join(given, "model");
  if (!isModel(directory)) {
    throw new RangeError(
      `${given} holds no model: give a Hugging Face folder, or a run's checkpoint that ends in a stage's name (the others keep no weights by themselves).`,
    );
  }
  return { ...ownerOf(directory), directory, weights: "" };
}

/** The run that a model belongs to, by where it lies: `runs/ID/checkpoints/step-000120-sft/model`. */
function ownerOf(directory: string): Pick<EvaluatedModel, "label" | "run" | "step"> {
  if (directory === BASE_MODEL) return { label: "base model", run: null, step: null };
  const checkpoint = dirname(directory);
  const match = /^step-(\d+)(?:-(.+))?$/.exec(basename(checkpoint));
  const run = dirname(dirname(checkpoint));
  if (basename(directory) !== "model" || match === null) return { label: basename(directory), run: null, step: null };
  const name = readConfig(run)?.name ?? basename(run);
  const step = Number(match[1]);
  return { label: `${name} · ${match[2] ?? `step ${step}`}`, run: basename(run), step };
}

/** The `run_started` line of the run that a model belongs to; null where it belongs to none. */
export function startOfRun(directory: string): EventOf<"run_started"> | null {
  const journal = join(dirname(dirname(dirname(directory))), RUN_FOLDER.journal(0));
  if (!existsSync(journal)) return null;
  const head = Buffer.alloc(2 ** 20);
  const file = openSync(journal, "r");
  const bytes = readSync(file, head);
  closeSync(file);
  const lines = head.toString("utf8", 0, bytes).split("\n").slice(0, -1);
  const line = lines.find((one) => one.includes('"type":"run_started"'));
  return line === undefined ? null : (JSON.parse(line) as EventOf<"run_started">);
}

function readConfig(run: string): RunConfigFile | null {
  try {
    return JSON.parse(readFileSync(join(run, RUN_FOLDER.config), "utf8")) as RunConfigFile;
  } catch {
    return null;
  }
}

/** Checkpoints of a run that can be evaluated, first to last. */
export function modelsOfRun(data: string, run: string): EvaluatedModel[] {
  const checkpoints = join(runFolder(data, run), RUN_FOLDER.checkpoints);
  if (!existsSync(checkpoints)) return [];
  return readdirSync(checkpoints)
    .sort()
    .filter((name) => isModel(join(checkpoints, name, "model")))
    .map((name) => modelAt(join(checkpoints, name)));
}
