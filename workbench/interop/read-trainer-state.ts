/** `trainer_state.json` of transformers and TRL: its `log_history` holds what was logged, an entry a logging step. */
import { readFileSync, statSync } from "node:fs";
import type { ForeignRun } from "./foreign-run.ts";
import { parsePythonJson } from "./python-json.ts";
import { addMetrics, stepOf } from "./read-lines.ts";

const LARGEST_BYTES = 256 * 2 ** 20;

/** The file does not say when a step was: times are 0. */
export function readTrainerState(path: string, into: ForeignRun): void {
  const refuse = (place: string, reason: string): void =>
    into.problem({ file: path, place, reason, remedy: "Copy the file again from the run's output folder." });
  const { size } = statSync(path);
  if (size > LARGEST_BYTES) return refuse("the whole file", `it has ${size} bytes`);
  let state: unknown;
  try {
    state = parsePythonJson(readFileSync(path, "utf8"));
  } catch (error) {
    return refuse("the whole file", `not valid JSON (${(error as Error).message.slice(0, 200)})`);
  }
  const history = (state as { log_history?: unknown } | null)?.log_history;
  if (!Array.isArray(history)) return refuse("field log_history", "it is no list");
  history.forEach((entry: unknown, place) => {
    const step = typeof entry === "object" && entry !== null ? stepOf(entry as Record<string, unknown>) : null;
    if (step === null) refuse(`log_history[${place}]`, "it has no step");
    else addMetrics({ ...(entry as object), time: 0 }, step, into);
  });
}
