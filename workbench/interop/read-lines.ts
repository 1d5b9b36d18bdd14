/**
 * JSONL of metrics (a line a step: our own export, ms-swift's logging.jsonl) and of rollouts (a line a completion: verl's
 * `rollout_data_dir`, TRL's and ms-swift's columns). Which of the two a file is, its first row says.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { basename } from "node:path";
import { RowSplitter } from "../../science/row-splitter.ts";
import type { FileProblem, ForeignRun } from "./foreign-run.ts";
import { parsePythonJson } from "./python-json.ts";
import { completionOf, readRollout } from "./read-rollout.ts";

const CHUNK_BYTES = 1 << 20;
const REMEDY = "Correct the line, or take it out of the file.";

type Fields = Readonly<Record<string, unknown>>;

/** False when no line of the file is one of metrics or of a rollout. */
export function readLines(path: string, into: ForeignRun): boolean {
  const problem = (row: number, reason: string): FileProblem => ({
    file: path,
    place: `row ${row}`,
    reason,
    remedy: REMEDY,
  });
  const stepOfFile = /^(\d+)\.jsonl$/.exec(basename(path))?.[1];
  let kind: "metrics" | "rollouts" | null = null;
  for (const { row, value } of rows(path)) {
    if (value === null) {
      if (kind !== null) into.problem(problem(row, "it is no JSON object"));
      continue;
    }
    const step = stepOf(value) ?? (stepOfFile === undefined ? null : Number(stepOfFile));
    kind ??= completionOf(value) !== null ? "rollouts" : hasMetrics(value) ? "metrics" : null;
    if (kind === null) {
      if (row === 20) return false;
    } else if (step === null) into.problem(problem(row, "it has no step"));
    else if (kind === "metrics") addMetrics(value, step, into);
    else {
      const rollout = readRollout(value, step);
      if (typeof rollout === "string") into.problem(problem(row, rollout));
      else into.addRollout(rollout);
    }
  }
  return kind !== null;
}

function* rows(path: string): Generator<{ row: number; value: Fields | null }> {
  const file = openSync(path, "r");
  try {
    const splitter = new RowSplitter();
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (let read = 1; read > 0;) {
      read = readSync(file, chunk, 0, chunk.length, null);
      const pieces = read > 0 ? splitter.push(chunk.subarray(0, read)) : splitter.end();
      for (const { row, bytes } of pieces) yield { row, value: bytes === null ? null : objectOf(bytes) };
    }
  } finally {
    closeSync(file);
  }
}

function objectOf(bytes: Uint8Array): Fields | null {
  try {
    const value = parsePythonJson(Buffer.from(bytes).toString("utf8"));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
  } catch {
    return null;
  }
}

/** `step`, or one of its other names; "5/100" is step 5. */
export function stepOf(value: Fields): number | null {
  for (const name of ["step", "global_step", "_step", "global_step/max_steps"]) {
    const found = value[name];
    const step = typeof found === "string" ? Number(/^\d+/.exec(found)?.[0] ?? NaN) : found;
    if (typeof step === "number" && Number.isSafeInteger(step) && step >= 0) return step;
    if (typeof step === "bigint" && step >= 0n) return Number(step);
  }
  return null;
}

const NO_METRIC = new Set(["step", "global_step", "_step", "time", "timestamp", "_timestamp", "_runtime"]);

const hasMetrics = (value: Fields): boolean =>
  stepOf(value) !== null &&
  Object.entries(value).some(([name, one]) => !NO_METRIC.has(name) && (typeof one === "number" || one === null));

/** `time` is milliseconds since 1970, `timestamp` seconds. A value of null is one that was not finite. */
export function addMetrics(value: Fields, step: number, into: ForeignRun): void {
  const seconds = value["timestamp"] ?? value["_timestamp"];
  const time = typeof value["time"] === "number" ? value["time"] : typeof seconds === "number" ? seconds * 1000 : 0;
  for (const [name, one] of Object.entries(value)) {
    if (NO_METRIC.has(name)) continue;
    if (typeof one === "number") into.add(step, time, name, one);
    else if (one === null) into.add(step, time, name, Number.NaN);
  }
}
