/** What an evaluation works with: its request with hashes filled in and checked, its items, its models. */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  EVALUATION_FOLDER,
  evaluationRequestSchema,
  type EvaluatedModel,
  type EvaluationRequest,
} from "../../contract/evaluation.ts";
import { parseBenchmark, type Benchmark } from "../../science/evaluation/benchmark.ts";
import { chooseItems } from "../../science/evaluation/choose.ts";
import { importBenchmark, type ImportedBenchmark } from "../../science/evaluation/import.ts";
import type { BenchmarkItem } from "../../science/evaluation/items.ts";
import { withSubtitles } from "../../science/subtitles.ts";
import { writeFileAtomically } from "../run/durable.ts";
import { MediaError } from "../media/errors.ts";
import { mediaPath, type DataProblem } from "../data/samples.ts";

export interface PreparedEvaluation {
  readonly request: EvaluationRequest;
  readonly benchmark: Benchmark;
  readonly items: readonly BenchmarkItem[];
  readonly problems: readonly DataProblem[];
}

/** @throws Error with a sentence: a file that is not there, not of the benchmark, or not what it was when this began. */
export async function prepareEvaluation(folder: string): Promise<PreparedEvaluation> {
  const path = join(folder, EVALUATION_FOLDER.request);
  const parsed = evaluationRequestSchema.safeParse(readJson(path));
  if (!parsed.success) throw new Error(`${path}: ${parsed.error.issues[0]?.message}; start the evaluation again.`);
  const benchmarkPath = join(folder, EVALUATION_FOLDER.benchmark);
  const benchmark = parseBenchmark(readJson(benchmarkPath), benchmarkPath);
  const request = await withHashes(parsed.data, path);
  const { items, problems } = readBenchmarkFile(benchmark, request.benchmark.file);
  const chosen = chooseItems(items, request.benchmark.limit ?? 0, request.protocol.seed);
  return { request, benchmark, items: await readSubtitles(chosen, request), problems };
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new Error(`${path} cannot be read (${(error as Error).message}); start the evaluation again.`, {
      cause: error,
    });
  }
}

/** The benchmark's file with what stands beside it. */
export function readBenchmarkFile(benchmark: Benchmark, file: string): ImportedBenchmark {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
    throw new Error(`${file} is not there: put the published file of ${benchmark.title} there, or name its place.`);
  }
  const wanted = benchmark.formats.flatMap(({ join: joined }) => (joined === undefined ? [] : [joined.file]));
  const beside = wanted
    .map((name) => [name, join(dirname(file), name)] as const)
    .filter(([, path]) => existsSync(path))
    .map(([name, path]) => [name, readFileSync(path, "utf8")] as const);
  return importBenchmark(benchmark, {
    name: file,
    text: readFileSync(file, "utf8"),
    beside: Object.fromEntries(beside),
  });
}

/** Hashes are written into the request at the first start, and compared at every later one. */
async function withHashes(request: EvaluationRequest, path: string): Promise<EvaluationRequest> {
  const fileHash = await hashOf([request.benchmark.file]);
  compare(request.benchmark.file, request.benchmark.fileHash, fileHash);
  const models: EvaluatedModel[] = [];
  for (const model of request.models) {
    const weights = await hashOf(weightFiles(model.directory));
    compare(model.directory, model.weights, weights);
    models.push({ ...model, weights });
  }
  const whole = { ...request, benchmark: { ...request.benchmark, fileHash }, models };
  if (JSON.stringify(whole) !== JSON.stringify(request))
    writeFileAtomically(path, `${JSON.stringify(whole, null, 2)}\n`);
  return whole;
}

function compare(file: string, before: string, now: string): void {
  if (before === "" || before === now) return;
  throw new Error(`${file} is no longer what it was when this evaluation began: start a new evaluation.`);
}

function weightFiles(directory: string): string[] {
  if (!existsSync(join(directory, "config.json"))) {
    throw new Error(`${directory} holds no model (no config.json): give a Hugging Face checkpoint folder.`);
  }
  const names = readdirSync(directory).filter((name) => name.endsWith(".safetensors") || name === "config.json");
  return names.sort().map((name) => join(directory, name));
}

async function hashOf(files: readonly string[]): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) {
    if (files.length > 1) hash.update(`${basename(file)}\n`);
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  }
  return hash.digest("hex");
}

/** Where the protocol gives subtitles: the questions with them in front; a clip without any keeps its question. */
async function readSubtitles(
  items: readonly BenchmarkItem[],
  request: EvaluationRequest,
): Promise<readonly BenchmarkItem[]> {
  if (!request.protocol.subtitles) return items;
  return Promise.all(
    items.map(async (item) => {
      if (item.subtitles === null) return item;
      try {
        const file = await mediaPath(request.mediaRoot, { ...item.sample, path: item.subtitles });
        const question = withSubtitles(item.sample.question, readFileSync(file, "utf8"));
        return { ...item, sample: { ...item.sample, question } };
      } catch (error) {
        if (error instanceof MediaError) return item;
        throw error;
      }
    }),
  );
}
