/**
 * Frames in the frame store that only old runs saw. When in doubt a frame stays: one that is named where the index has not
 * read yet, and one that was looked at lately or since a run that is alive began, which may name it later.
 */
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DATA_FOLDER, RUN_FOLDER } from "../../contract/run-folder.ts";
import { livingLease } from "../runs/alive.ts";
import type { Db } from "../store/databases.ts";
import { hashesOf, unreadHashes } from "./unread-hashes.ts";

export interface OldFrame {
  readonly path: string;
  readonly bytes: number;
}

export interface OldFrames {
  readonly frames: readonly OldFrame[];
  /** Milliseconds since 1970: a frame that was looked at after this stays. */
  readonly usedBefore: number;
}

/** Questions, evaluations and annotations may name a frame a while after they looked at it. */
const RECENT_MS = 24 * 60 * 60_000;

/** Frames that a run of `old` names, that nothing else does, and that nobody may be about to name. */
export function framesOnlyOf(index: Db, data: string, old: readonly string[], now: number): OldFrames {
  const usedBefore = Math.min(now - RECENT_MS, ...startsOfLivingRuns(data));
  if (old.length === 0) return { frames: [], usedBefore };
  const isOld = new Set(old);
  const ofOld = new Set<string>();
  const ofOthers = new Set<string>();
  for (const table of ["groups", "events"]) {
    const runs = index.prepare(`SELECT DISTINCT run FROM ${table}`).pluck().all() as string[];
    const events = index.prepare(`SELECT event FROM ${table} WHERE run = ?`).pluck();
    for (const run of runs) addAll(isOld.has(run) ? ofOld : ofOthers, events.iterate(run));
  }
  addAll(ofOthers, index.prepare("SELECT item FROM evaluation_items").pluck().iterate());
  for (const hash of unreadHashes(index, data)) ofOthers.add(hash);
  const frames = [...ofOld]
    .filter((hash) => !ofOthers.has(hash))
    .map((hash) => join(data, DATA_FOLDER.frames, hash.slice(0, 2), `${hash}.png`))
    .map((path) => ({ path, status: statSync(path, { throwIfNoEntry: false }) }))
    .filter(({ status }) => status !== undefined && status.mtimeMs < usedBefore)
    .map(({ path, status }) => ({ path, bytes: status!.size }));
  return { frames, usedBefore };
}

function addAll(hashes: Set<string>, texts: IterableIterator<unknown>): void {
  for (const text of texts) for (const hash of hashesOf(String(text))) hashes.add(hash);
}

/** When the workers that are alive took their runs. What they have seen since may stand in no journal yet. */
function startsOfLivingRuns(data: string): number[] {
  const runs = join(data, DATA_FOLDER.runs);
  let names: string[];
  try {
    names = readdirSync(runs);
  } catch {
    return [];
  }
  return names
    .map((name) => join(runs, name))
    .filter((folder) => livingLease(folder) !== null)
    .map((folder) => statSync(join(folder, RUN_FOLDER.lease), { throwIfNoEntry: false })?.mtimeMs ?? 0);
}

/** Removes frames, but for those that somebody looked at since they were found. */
export function removeFrames({ frames, usedBefore }: OldFrames): void {
  for (const { path } of frames) {
    const used = statSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (used !== undefined && used < usedBefore) rmSync(path, { force: true });
  }
}
