/** Frames in the frame store that only old runs saw. */
import { existsSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import type { Db } from "../store/databases.ts";

const HASH = /"hash":"([0-9a-f]{64})"/g;

function* hashesIn(rows: IterableIterator<unknown>): Generator<string> {
  for (const text of rows) for (const match of String(text).matchAll(HASH)) yield match[1]!;
}

/** Paths of frames that a run of `old` names and that no other run and no evaluation does. */
export function framesOnlyOf(index: Db, data: string, old: readonly string[]): { path: string; bytes: number }[] {
  if (old.length === 0) return [];
  const isOld = new Set(old);
  const ofOld = new Set<string>();
  const ofOthers = new Set<string>();
  for (const table of ["groups", "events"]) {
    const runs = index.prepare(`SELECT DISTINCT run FROM ${table}`).pluck().all() as string[];
    const events = index.prepare(`SELECT event FROM ${table} WHERE run = ?`).pluck();
    for (const run of runs) {
      const into = isOld.has(run) ? ofOld : ofOthers;
      for (const hash of hashesIn(events.iterate(run))) into.add(hash);
    }
  }
  for (const hash of hashesIn(index.prepare("SELECT item FROM evaluation_items").pluck().iterate())) ofOthers.add(hash);
  return [...ofOld]
    .filter((hash) => !ofOthers.has(hash))
    .map((hash) => join(data, DATA_FOLDER.frames, hash.slice(0, 2), `${hash}.png`))
    .filter((path) => existsSync(path))
    .map((path) => ({ path, bytes: statSync(path).size }));
}

export function removeFrames(frames: readonly { readonly path: string }[]): void {
  for (const { path } of frames) rmSync(path, { force: true });
}
