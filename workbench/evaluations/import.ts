/** Result files of others become evaluations: scored again, opened item by item and compared like our own, never run. */
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import {
  EVALUATION_FOLDER,
  EVALUATION_VERSION,
  type EvaluationRequest,
  type EvaluationResult,
  type Protocol,
} from "../../contract/evaluation.ts";
import { importedItems, type ImportedResults } from "../../science/evaluation/imported.ts";
import { PROTOCOL_PRESETS } from "../../science/evaluation/protocol.ts";
import { summariseView } from "../../science/evaluation/summary.ts";
import type { Rescored } from "../../science/rescore.ts";
import { readResultFile, type ResultFile } from "../../science/result-files.ts";
import { importedVerdicts } from "../../science/videohallu/imported.ts";
import { benchmarkById } from "./benchmarks.ts";
import { evaluationFolder, newEvaluationId, writeRequest } from "./new-evaluation.ts";

export interface ImportOrder {
  /** As Video-R1's scripts write it (`results` and `final_acc`), or a table (.csv) as VideoHallu's does. */
  readonly file: string;
  /** Name of a benchmark. */
  readonly benchmark: string;
  /** In a table also the name of its column. */
  readonly modelName: string;
  /** By what the outputs were made, as far as is known. */
  readonly preset?: string;
}

export interface ImportedEvaluation {
  readonly request: EvaluationRequest;
  readonly rescored: Rescored;
  /** Rows that could not be read. */
  readonly problems: ResultFile["problems"];
}

/** @throws RangeError or Error with the remedy; nothing is written then. */
export function importEvaluation(data: string, order: ImportOrder): ImportedEvaluation {
  const label = order.modelName.trim();
  if (label === "") throw new RangeError("Say which model wrote the outputs: give --model-name NAME.");
  const benchmark = benchmarkById(order.benchmark);
  const path = resolve(order.file);
  const { items, rescored, problems } = readTheirs(path, label);
  if (items.length === 0) throw new RangeError(`${path} holds no row that can be read: ${reasonOf(problems)}`);
  const { id, createdAt } = newEvaluationId(benchmark.id);
  const model = { label, directory: "", weights: "", run: null, step: null };
  const fileHash = createHash("sha256").update(readFileSync(path)).digest("hex");
  const protocol = protocolOfOthers(order.preset ?? "upstream-scripts");
  const request: EvaluationRequest = {
    version: EVALUATION_VERSION,
    id,
    createdAt,
    importedFrom: path,
    benchmark: { id: benchmark.id, title: benchmark.title, file: path, fileHash, limit: null },
    mediaRoot: dirname(path),
    models: [model],
    protocol,
  };
  const result: EvaluationResult = {
    version: EVALUATION_VERSION,
    benchmark: { id: benchmark.id, title: benchmark.title, fileHash, items: items.length },
    mainMetric: "score",
    protocol,
    models: [{ model, views: { ordered: summariseView(items, benchmark.derived) } }],
  };
  const folder = evaluationFolder(data, id);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lines = items.map((item) => `${JSON.stringify(item)}\n`).join("");
  writeFileSync(join(folder, EVALUATION_FOLDER.items(0)), lines, { mode: 0o600 });
  writeFileSync(join(folder, EVALUATION_FOLDER.result), `${JSON.stringify(result, null, 2)}\n`, { mode: 0o600 });
  // Last: an evaluation is there once its request is.
  writeRequest(data, request, benchmark);
  return { request, rescored, problems };
}

/** A table (.csv) as VideoHallu's script writes it, whose column the model names, else results as Video-R1's do. */
function readTheirs(path: string, model: string): ImportedResults & Pick<ResultFile, "problems"> {
  if (path.toLowerCase().endsWith(".csv")) {
    const { problems, ...read } = importedVerdicts(readSource(path), path, model);
    return {
      ...read,
      problems: problems.map(({ row, field, reason }) => ({ row, reason: `${field ?? "it"}: ${reason}` })),
    };
  }
  const file = readResults(path);
  return { ...importedItems(file, path), problems: file.problems };
}

/** @throws Error that names the file. */
function readSource(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`${path} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown reason"}).`, {
      cause: error,
    });
  }
}

/** @throws Error that names the file. */
export function readResults(path: string): ResultFile {
  const source = readSource(path);
  try {
    return readResultFile(source);
  } catch (error) {
    throw new Error(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

const reasonOf = (problems: ResultFile["problems"]): string =>
  problems[0] === undefined ? "its list is empty." : `row ${problems[0].row}: ${problems[0].reason}.`;

/** The file does not say how it was asked: the prompt stays unknown, so such a score never shares a column with ours. */
function protocolOfOthers(preset: string): Protocol {
  const known = PROTOCOL_PRESETS[preset]?.protocol;
  if (known === undefined) {
    throw new RangeError(`There is no preset "${preset}"; known are ${Object.keys(PROTOCOL_PRESETS).join(", ")}.`);
  }
  const prompt = { ...known.prompt, name: "theirs", body: "", optionsBlock: "", system: null, suffixes: {} };
  return {
    ...known,
    preset: `${preset}, imported`,
    prompt,
    promptHash: "not known",
    views: ["ordered"],
    extraction: "video-r1",
  };
}
