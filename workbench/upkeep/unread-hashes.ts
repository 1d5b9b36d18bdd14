/**
 * Frames that are named in journals and evaluations where the index has not read yet: a service that just started, an index
 * that is built anew, a run that writes at this moment. Who removes frames has to know of these too.
 */
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import type { Db } from "../store/databases.ts";
import { journalFiles } from "../store/ingest.ts";

const HASH = /"hash"\s*:\s*"([0-9a-f]{64})"/g;
/** A name that lies across two pieces is found in the second one. */
const OVERLAP_BYTES = 100;

/** Hashes of frames in a text of journal lines. */
export function* hashesOf(text: string): Generator<string> {
  for (const match of text.matchAll(HASH)) yield match[1]!;
}

/** Hashes of frames that a file names after `offset`; in pieces, as journals grow large. */
export function* hashesAfter(path: string, offset: number, pieceBytes = 4 * 2 ** 20): Generator<string> {
  const file = openSync(path, "r");
  try {
    const piece = Buffer.alloc(pieceBytes);
    for (let from = Math.max(0, offset - OVERLAP_BYTES); ;) {
      const count = readSync(file, piece, 0, piece.length, from);
      if (count === 0) return;
      yield* hashesOf(piece.toString("latin1", 0, count));
      if (count <= OVERLAP_BYTES) return;
      from += count - OVERLAP_BYTES;
    }
  } finally {
    closeSync(file);
  }
}

/** Hashes of frames that a folder's runs and evaluations name beyond what the index has read of them. */
export function* unreadHashes(index: Db, data: string): Generator<string> {
  const runs = index.prepare("SELECT offset FROM sources WHERE run = ? AND file = ?").pluck();
  for (const [run, folder] of foldersIn(join(data, DATA_FOLDER.runs))) {
    for (const file of journalFiles(folder)) {
      yield* unreadOf(join(folder, file), (runs.get(run, file) as number | undefined) ?? 0);
    }
  }
  const evaluations = index.prepare("SELECT offset, born FROM evaluation_sources WHERE evaluation = ? AND model = ?");
  for (const [evaluation, folder] of foldersIn(join(data, DATA_FOLDER.evaluations))) {
    for (const file of readdirSync(folder).filter((name) => /^items\.\d+\.ndjson$/.test(name))) {
      const path = join(folder, file);
      const read = evaluations.get(evaluation, Number(file.split(".")[1])) as
        { offset: number; born: number } | undefined;
      yield* unreadOf(path, read?.born === statSync(path).ino ? read.offset : 0);
    }
  }
}

function* unreadOf(path: string, offset: number): Generator<string> {
  const { size } = statSync(path);
  // One that became shorter is another file than the one that was read.
  if (size !== offset) yield* hashesAfter(path, size > offset ? offset : 0);
}

function foldersIn(path: string): (readonly [name: string, folder: string])[] {
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => [name, join(path, name)]);
}
