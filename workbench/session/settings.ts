/** How a checkpoint is asked: by the settings that its run trained with; others as the published protocol asks. */
import { readdirSync, statSync } from "node:fs";
import { extname, join, resolve } from "node:path";
import type { EvaluatedModel, Protocol } from "../../contract/evaluation.ts";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import type { Medium, Question } from "../../contract/session.ts";
import { PROTOCOL_PRESETS, protocolOfRun } from "../../science/evaluation/protocol.ts";
import { recipeById } from "../../science/recipes/index.ts";
import { modelAt, modelsOfRun, startOfRun } from "../evaluations/models.ts";
import { BASE_MODEL } from "../runs/new-run.ts";

const PICTURES = new Set([".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif"]);

/** The newest trained checkpoint of the data folder; the base model where nothing was trained. */
export function newestModel(data: string): EvaluatedModel {
  const runs = readdirSync(join(data, DATA_FOLDER.runs)).sort().reverse();
  for (const run of runs) {
    const newest = modelsOfRun(data, run).at(-1);
    if (newest !== undefined) return newest;
  }
  return modelAt(BASE_MODEL);
}

/** Everything that can be asked: the base, then each run's checkpoints with weights, newest run first. */
export function askableModels(data: string): EvaluatedModel[] {
  const runs = readdirSync(join(data, DATA_FOLDER.runs)).sort().reverse();
  return [...runs.flatMap((run) => modelsOfRun(data, run).reverse()), modelAt(BASE_MODEL)];
}

/** The protocol of the model's run; the sample pack's for our base, else Video-R1's. */
export function protocolOf(directory: string): Protocol {
  if (directory === BASE_MODEL) return PROTOCOL_PRESETS["sample-pack"]!.protocol;
  const started = startOfRun(directory);
  if (started === null) return PROTOCOL_PRESETS["paper-16"]!.protocol;
  try {
    const recipe = recipeById(started.recipe);
    const frozen = started.config["settings"] as Readonly<Record<string, unknown>>;
    const known = Object.entries(frozen).filter(([name]) => Object.hasOwn(recipe.fields, name));
    return protocolOfRun(recipe.settings(started.preset, Object.fromEntries(known)));
  } catch {
    // A recipe outside the program: its settings cannot be read without its code.
    return PROTOCOL_PRESETS["paper-16"]!.protocol;
  }
}

/** Vision settings and template for a question; `frames` caps the frames. */
export function askedAs(directory: string, frames?: number): Pick<Question, "model" | "vision" | "template"> {
  const { vision, prompt } = protocolOf(directory);
  const capped =
    frames === undefined ? vision : { ...vision, maxFrames: frames, minFrames: Math.min(vision.minFrames, frames) };
  return { model: directory, vision: { ...capped }, template: { ...prompt, suffixes: { ...prompt.suffixes } } };
}

/** @throws RangeError when there is no such file. */
export function mediumAt(path: string): Medium {
  const absolute = resolve(path);
  if (statSync(absolute, { throwIfNoEntry: false })?.isFile() !== true) {
    throw new RangeError(`${absolute} is not there, or is no file: name a video or a picture.`);
  }
  return { path: absolute, kind: PICTURES.has(extname(absolute).toLowerCase()) ? "image" : "video" };
}

/** `A. left`: options that have no letter yet get one. */
export function lettered(options: readonly string[]): string[] {
  return options.map((option, place) =>
    /^[A-Z][.)]\s/.test(option) ? option : `${String.fromCharCode(65 + place)}. ${option.trim()}`,
  );
}
