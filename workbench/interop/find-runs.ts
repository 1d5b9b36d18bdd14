/** Which files under a path hold a run's records: one run a folder, as TensorBoard counts them. */
import { lstatSync, readdirSync } from "node:fs";
import { basename, dirname, join } from "node:path";

export type FileKind = "tensorboard" | "trainer-state" | "parquet" | "lines";

export interface FoundFile {
  readonly path: string;
  readonly kind: FileKind;
}
export interface FoundRun {
  readonly folder: string;
  readonly files: readonly FoundFile[];
}

const DEEPEST = 5;
const MOST_FILES = 20_000;
/** Folders in which a run keeps its rollouts beside its metrics. */
const PARTS = /^(completions|rollouts?|rollout_data|generations)$/;
const CHECKPOINT = /^checkpoint-(\d+)$/;

function kindOf(name: string): FileKind | null {
  if (name.includes("tfevents")) return "tensorboard";
  if (name === "trainer_state.json") return "trainer-state";
  if (name.endsWith(".parquet")) return "parquet";
  return name.endsWith(".jsonl") ? "lines" : null;
}

/** Links are not followed. @throws RangeError where nothing is found, or too much. */
export function findRuns(path: string): FoundRun[] {
  const runs = new Map<string, FoundFile[]>();
  const status = lstatSync(path, { throwIfNoEntry: false });
  if (status === undefined) throw new RangeError(`${path} is not there: correct the path.`);
  let files = 0;
  const add = (folder: string, file: FoundFile): void => {
    if (++files > MOST_FILES)
      throw new RangeError(`${path} holds more than ${MOST_FILES} files: give one run's folder.`);
    const list = runs.get(folder) ?? [];
    list.push(file);
    runs.set(folder, list);
  };
  const look = (folder: string, run: string, depth: number): void => {
    let checkpoint: { number: number; path: string } | null = null;
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const inside = join(folder, entry.name);
      const kind = kindOf(entry.name);
      if (entry.isFile() && kind !== null) add(run, { path: inside, kind });
      if (!entry.isDirectory() || entry.name.startsWith(".") || depth === DEEPEST) continue;
      const number = Number(CHECKPOINT.exec(entry.name)?.[1] ?? -1);
      if (number < 0) look(inside, PARTS.test(entry.name) ? run : inside, depth + 1);
      else if (number > (checkpoint?.number ?? -1)) checkpoint = { number, path: join(inside, "trainer_state.json") };
    }
    // The newest checkpoint's history holds those of the others.
    const hasOwn = runs.get(run)?.some(({ kind }) => kind === "trainer-state") ?? false;
    if (checkpoint !== null && !hasOwn && lstatSync(checkpoint.path, { throwIfNoEntry: false })?.isFile())
      add(run, { path: checkpoint.path, kind: "trainer-state" });
  };
  if (status.isDirectory()) look(path, path, 0);
  else if (status.isFile()) add(dirname(path), { path, kind: kindOf(basename(path)) ?? "lines" });
  if (runs.size === 0) {
    throw new RangeError(
      `${path} holds nothing that can be imported. Looked for: TensorBoard's event files (*tfevents*), trainer_state.json, ` +
        "TRL's completions_*.parquet, and JSONL of metrics or rollouts.",
    );
  }
  const sorted = [...runs].sort(([left], [right]) => (left < right ? -1 : 1));
  return sorted.map(([folder, list]) => ({ folder, files: list.sort((a, b) => (a.path < b.path ? -1 : 1)) }));
}
