/** Evaluations as they lie in the data folder. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  EVALUATION_FOLDER,
  type EvaluatedItem,
  type EvaluationProgress,
  type EvaluationRequest,
  type EvaluationResult,
} from "../../contract/evaluation.ts";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { evaluationFolder } from "./new-evaluation.ts";

export function evaluationIds(data: string): string[] {
  const folder = join(data, DATA_FOLDER.evaluations);
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((id) => existsSync(join(folder, id, EVALUATION_FOLDER.request)));
}

function readJson<Value>(path: string): Value | null {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Value;
  } catch {
    return null;
  }
}

/** @throws RangeError when there is none of that name. */
export function readRequest(data: string, id: string): EvaluationRequest {
  const request = readJson<EvaluationRequest>(join(evaluationFolder(data, id), EVALUATION_FOLDER.request));
  if (request === null) throw new RangeError(`There is no evaluation "${id}" in ${data}.`);
  return request;
}

/** @throws RangeError for an imported one. */
export function checkCanRun({ id, importedFrom }: EvaluationRequest): void {
  if (importedFrom === undefined) return;
  throw new RangeError(`${id} was imported from ${importedFrom}: there is nothing to run. Start a new evaluation.`);
}

export const readResult = (data: string, id: string): EvaluationResult | null =>
  readJson(join(evaluationFolder(data, id), EVALUATION_FOLDER.result));

export const readProgress = (data: string, id: string): EvaluationProgress | null =>
  readJson(join(evaluationFolder(data, id), EVALUATION_FOLDER.progress));

/** Items of one model in the benchmark's order; a torn last line is left out. */
export function readItems(data: string, id: string, model: number): EvaluatedItem[] {
  const path = join(evaluationFolder(data, id), EVALUATION_FOLDER.items(model));
  if (!existsSync(path)) return [];
  const text = readFileSync(path, "utf8");
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as EvaluatedItem)
    .sort((a, b) => a.position - b.position);
}
