/** From what a person asks for to an evaluation's folder: everything is checked before anything is written. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  EVALUATION_FOLDER,
  EVALUATION_VERSION,
  type EvaluationRequest,
  type Protocol,
} from "../../contract/evaluation.ts";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import type { Benchmark } from "../../science/evaluation/benchmark.ts";
import { changed, PROTOCOL_PRESETS, protocolOfRun, templateByName } from "../../science/evaluation/protocol.ts";
import type { PromptTemplate } from "../../science/prompts.ts";
import { recipeById } from "../../science/recipes/index.ts";
import { isRunId } from "../data-folder.ts";
import { benchmarkById, benchmarks, fileInDataFolder, readDescription } from "./benchmarks.ts";
import { answerJudgeOf } from "./judge.ts";
import { modelAt, startOfRun } from "./models.ts";

export interface EvaluationOrder {
  /** Name of a benchmark, its published file, or a description of one's own. */
  readonly benchmark: string;
  /** The published file, where `benchmark` is a name or a description. */
  readonly file?: string;
  readonly models: readonly string[];
  readonly preset?: string;
  readonly mediaRoot?: string;
  readonly limit?: number;
  /** Most frames, instead of the preset's. */
  readonly frames?: number;
  /** Frames that are looked at in a second of the clip, up to the most. */
  readonly fps?: number;
  readonly changes?: Partial<Protocol>;
  /** Who judges free answers: "" or "rule", a checkpoint's folder, or a service's address with its model's name. */
  readonly judge?: { readonly at: string; readonly model?: string };
  /** A template's name, or a JSON file with one. */
  readonly prompt?: string;
}

export const evaluationFolder = (data: string, id: string): string => {
  if (!isRunId(id)) throw new RangeError(`"${id}" is not an evaluation's id.`);
  return join(data, DATA_FOLDER.evaluations, id);
};

/** @throws RangeError with the remedy. */
export function createEvaluation(data: string, order: EvaluationOrder): EvaluationRequest {
  const { benchmark, file } = findBenchmark(data, order);
  if (order.models.length === 0) throw new RangeError("No model is named: give --model DIR.");
  const models = order.models.map(modelAt);
  const directories = models.map(({ directory }) => directory);
  const protocol = protocolFor(benchmark, directories, order);
  const request: EvaluationRequest = {
    version: EVALUATION_VERSION,
    ...newEvaluationId(benchmark.id),
    benchmark: { id: benchmark.id, title: benchmark.title, file, fileHash: "", limit: order.limit ?? null },
    mediaRoot: resolve(order.mediaRoot ?? dirname(file)),
    models,
    protocol,
  };
  if (!existsSync(request.mediaRoot)) throw new RangeError(`The media root ${request.mediaRoot} is not there.`);
  writeRequest(data, request, benchmark);
  return request;
}

export function newEvaluationId(benchmark: string): { id: string; createdAt: number } {
  const now = new Date();
  const stamp = now.toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15);
  return { id: `${stamp}-${benchmark}-${randomBytes(2).toString("hex")}`, createdAt: now.getTime() };
}

export function writeRequest(data: string, request: EvaluationRequest, benchmark: Benchmark): void {
  const folder = evaluationFolder(data, request.id);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeWhole(join(folder, EVALUATION_FOLDER.benchmark), benchmark);
  writeWhole(join(folder, EVALUATION_FOLDER.request), request);
}

function writeWhole(path: string, value: unknown): void {
  writeFileSync(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function findBenchmark(data: string, order: EvaluationOrder): { benchmark: Benchmark; file: string } {
  if (benchmarks().some(({ id }) => id === order.benchmark)) {
    const benchmark = benchmarkById(order.benchmark);
    const file = order.file === undefined ? fileInDataFolder(data, benchmark) : resolve(order.file);
    if (file !== null && existsSync(file)) return { benchmark, file };
    const place = join(data, DATA_FOLDER.benchmarks, benchmark.id);
    throw new RangeError(
      file === null
        ? `The questions of ${benchmark.title} are not here: put the published file into ${place}, or give --file FILE.`
        : `${file} is not there.`,
    );
  }
  const path = resolve(order.benchmark);
  if (!existsSync(path)) return { benchmark: benchmarkById(order.benchmark), file: "" };
  if (order.file !== undefined) return { benchmark: readDescription(path), file: resolve(order.file) };
  const own = fileInDataFolder(data, benchmarkById("sample-pack-heldout"));
  if (own === path) return { benchmark: benchmarkById("sample-pack-heldout"), file: path };
  return { benchmark: guess(path), file: path };
}

/** By the folder or the file's name; rows in Video-R1's format are a set of one's own. */
function guess(path: string): Benchmark {
  const text = path.toLowerCase().replace(/[^a-z0-9]/g, "");
  const named = benchmarks()
    .filter(({ id }) => text.includes(id.replaceAll("-", "")))
    .sort((a, b) => b.id.length - a.id.length);
  if (named[0] !== undefined) return named[0];
  return {
    ...benchmarkById("sample-pack-heldout"),
    id: "own-rows",
    title: path.split("/").at(-1)!,
    about: "Rows of your own in Video-R1's format.",
    items: null,
    presets: Object.keys(PROTOCOL_PRESETS),
  };
}

function protocolFor(benchmark: Benchmark, models: readonly string[], order: EvaluationOrder): Protocol {
  const name = order.preset ?? benchmark.presets[0]!;
  const base = name === "as-trained" ? asTrained(models) : PROTOCOL_PRESETS[name]?.protocol;
  if (base === undefined) {
    throw new RangeError(
      `There is no preset "${name}"; known are ${[...Object.keys(PROTOCOL_PRESETS), "as-trained"].join(", ")}.`,
    );
  }
  const judge = order.judge === undefined ? undefined : answerJudgeOf(order.judge.at, order.judge.model);
  const changes = {
    ...(judge === undefined ? {} : { judge }),
    ...(benchmark.id.endsWith("-subtitles") ? { subtitles: true } : {}),
    ...order.changes,
    vision: visionOf(base.vision, order),
    ...(order.prompt === undefined ? {} : { prompt: promptFrom(order.prompt) }),
  };
  return changed(base, changes);
}

function visionOf(base: Protocol["vision"], { frames, fps }: EvaluationOrder): Protocol["vision"] {
  const maxFrames = frames ?? base.maxFrames;
  return { ...base, maxFrames, minFrames: Math.min(base.minFrames, maxFrames), fps: fps ?? base.fps };
}

/** By the settings that the run of the first trained model froze in its journal: presets may have changed since. */
function asTrained(models: readonly string[]): Protocol {
  const started = models.map(startOfRun).find((start) => start !== null);
  if (started === undefined) {
    throw new RangeError(`${models.join(", ")}: no run whose journal is here has trained this. Give another preset.`);
  }
  const recipe = recipeById(started.recipe);
  const frozen = started.config["settings"] as Readonly<Record<string, unknown>>;
  const known = Object.entries(frozen).filter(([name]) => Object.hasOwn(recipe.fields, name));
  return protocolOfRun(recipe.settings(started.preset, Object.fromEntries(known)));
}

function promptFrom(given: string): Protocol["prompt"] {
  if (!given.endsWith(".json")) return { ...templateByName(given), suffixes: { ...templateByName(given).suffixes } };
  const template = JSON.parse(readFileSync(resolve(given), "utf8")) as PromptTemplate;
  if (typeof template.body !== "string" || !template.body.includes("{question}")) {
    throw new RangeError(`${given} is no prompt template: its "body" must hold {question}.`);
  }
  return {
    ...templateByName("secondlook"),
    ...template,
    suffixes: { ...templateByName("secondlook").suffixes, ...template.suffixes },
  };
}
