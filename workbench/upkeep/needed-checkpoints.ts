/** Checkpoints that other runs and unfinished evaluations start from: without them these could not be started again. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { EVALUATION_FOLDER } from "../../contract/evaluation.ts";
import { RUN_FOLDER } from "../../contract/run-folder.ts";
import { runFolder } from "../data-folder.ts";
import { evaluationIds } from "../evaluations/read.ts";
import { evaluationFolder } from "../evaluations/new-evaluation.ts";
import { readRunConfig } from "../runs/launch.ts";

/** A model's path in a run's folder, wherever in a configuration it stands. */
const MODEL_OF_A_RUN = /\/runs\/([A-Za-z0-9][\w.-]*)\/checkpoints\/([\w.-]+)/g;

/** Names of needed checkpoints by the run they are of; a run's own do not count. */
export function neededCheckpoints(data: string, runs: readonly string[]): ReadonlyMap<string, ReadonlySet<string>> {
  const needed = new Map<string, Set<string>>();
  const need = (run: string, checkpoint: string): void => {
    needed.set(run, (needed.get(run) ?? new Set()).add(checkpoint));
  };
  for (const id of runs) {
    const branch = branchOf(data, id);
    if (branch) need(branch.run, branch.checkpoint.replace(/^checkpoints\//, ""));
    for (const [run, checkpoint] of modelsNamedIn(join(runFolder(data, id), RUN_FOLDER.config)))
      if (run !== id) need(run, checkpoint);
  }
  for (const id of evaluationIds(data)) {
    const folder = evaluationFolder(data, id);
    if (existsSync(join(folder, EVALUATION_FOLDER.result))) continue;
    for (const [run, checkpoint] of modelsNamedIn(join(folder, EVALUATION_FOLDER.request))) need(run, checkpoint);
  }
  return needed;
}

function branchOf(data: string, run: string) {
  try {
    return readRunConfig(data, run).branchFrom;
  } catch {
    // A run that was copied here without its launch.
    return undefined;
  }
}

function modelsNamedIn(file: string): (readonly [run: string, checkpoint: string])[] {
  if (!existsSync(file)) return [];
  return [...readFileSync(file, "utf8").matchAll(MODEL_OF_A_RUN)].map((match) => [match[1]!, match[2]!]);
}
