/** `completions_*.parquet`, which TRL writes with `log_completions`: step, prompt, completion, a column a reward, advantage. */
import { readFileSync, statSync } from "node:fs";
import { basename } from "node:path";
import type { ForeignRun } from "./foreign-run.ts";
import { stepOf } from "./read-lines.ts";
import { readRollout } from "./read-rollout.ts";

const LARGEST_BYTES = 512 * 2 ** 20;

export async function readParquet(path: string, into: ForeignRun): Promise<void> {
  const refuse = (place: string, reason: string): void =>
    into.problem({ file: path, place, reason, remedy: "Copy the file again from the run's completions folder." });
  const { size } = statSync(path);
  if (size > LARGEST_BYTES) return refuse("the whole file", `it has ${size} bytes`);
  const bytes = readFileSync(path);
  const file = new Uint8Array(bytes).buffer;
  let rows: Record<string, unknown>[];
  try {
    // Only here: hardly anybody imports parquet, and every command starts without it.
    const { parquetReadObjects } = await import("hyparquet");
    rows = await parquetReadObjects({ file });
  } catch (error) {
    return refuse("the whole file", (error as Error).message.slice(0, 200));
  }
  const stepOfFile = /(\d+)\.parquet$/.exec(basename(path))?.[1];
  rows.forEach((row, place) => {
    const step = stepOf(row) ?? (stepOfFile === undefined ? null : Number(stepOfFile));
    const rollout = step === null ? "it has no step" : readRollout(row, step);
    if (typeof rollout === "string") refuse(`row ${place + 1}`, rollout);
    else into.addRollout(rollout);
  });
}
