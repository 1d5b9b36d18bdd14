/** Runs of other trainers and trackers, from their files to runs of this data folder. */
import { randomBytes } from "node:crypto";
import { basename, relative, resolve } from "node:path";
import { findRuns, type FileKind, type FoundRun } from "./find-runs.ts";
import { ForeignRun, type FileProblem } from "./foreign-run.ts";
import { readLines } from "./read-lines.ts";
import { readParquet } from "./read-parquet.ts";
import { readTensorBoard } from "./read-tensorboard.ts";
import { readTrainerState } from "./read-trainer-state.ts";
import { writeRun } from "./write-run.ts";

export interface ImportedRun {
  readonly id: string;
  readonly name: string;
  readonly tool: string;
  readonly metrics: number;
  readonly steps: number;
  readonly rollouts: number;
  readonly problems: readonly FileProblem[];
}

const MOST_RUNS = 200;
const TOOLS: Readonly<Record<FileKind, string>> = {
  tensorboard: "TensorBoard",
  "trainer-state": "TRL",
  parquet: "TRL",
  lines: "JSONL",
};

/**
 * One run a folder with records; folders that hold none are passed over. @throws RangeError when nothing at all can be
 * used, with the first problem.
 */
export async function importRuns(data: string, path: string, name?: string): Promise<ImportedRun[]> {
  const root = resolve(path);
  const found = findRuns(root);
  if (found.length > MOST_RUNS) {
    throw new RangeError(
      `${root} holds ${found.length} runs; ${MOST_RUNS} at most are imported at once: give a folder of fewer.`,
    );
  }
  const imported: ImportedRun[] = [];
  let first: FileProblem | undefined;
  for (const one of found) {
    const run = await readRun(one);
    first ??= run.problems[0];
    if (run.steps.size === 0 && run.rollouts.length === 0) continue;
    const tool = TOOLS[one.files[0]!.kind];
    const own = relative(root, one.folder) || basename(found.length === 1 ? root : one.folder);
    const title = name === undefined ? own : found.length === 1 ? name : `${name}/${own}`;
    const id = `${new Date().toISOString().replace(/[-:]/g, "").replace("T", "-").slice(0, 15)}-imported-${randomBytes(3).toString("hex")}`;
    writeRun(data, run, { id, name: title.slice(0, 200), tool, from: one.folder, files: one.files.length });
    const { problems } = run;
    const counts = { metrics: run.metricNames.size, steps: run.steps.size, rollouts: run.rollouts.length };
    imported.push({ id, name: title, tool, ...counts, problems });
  }
  if (imported.length > 0) return imported;
  const why =
    first === undefined
      ? "no scalar and no rollout stands in its files"
      : `${first.file}, ${first.place}: ${first.reason}`;
  throw new RangeError(`Nothing of ${root} can be imported (${why}).`);
}

async function readRun({ files }: FoundRun): Promise<ForeignRun> {
  const run = new ForeignRun();
  for (const { path, kind } of files) {
    if (kind === "tensorboard") readTensorBoard(path, run);
    else if (kind === "trainer-state") readTrainerState(path, run);
    else if (kind === "parquet") await readParquet(path, run);
    else if (!readLines(path, run)) {
      const reason = "its lines are neither metrics with a step nor rollouts with input and output";
      run.problem({
        file: path,
        place: "the whole file",
        reason,
        remedy: "Take it out of the folder, or name the file itself.",
      });
    }
  }
  return run;
}
