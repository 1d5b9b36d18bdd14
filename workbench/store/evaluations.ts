/**
 * Evaluations in the index: items are read from their files by byte offset, and written with the new offset in one
 * transaction, like journals. Deleting the index loses nothing.
 */
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { EVALUATION_FOLDER, type EvaluatedItem } from "../../contract/evaluation.ts";
import { evaluationFolder } from "../evaluations/new-evaluation.ts";
import { readRequest } from "../evaluations/read.ts";
import type { Db } from "./databases.ts";

interface Source {
  readonly offset: number;
  readonly born: number;
}

/** Reads what is new of one evaluation. A file that was made anew is read anew. */
export function indexEvaluation(database: Db, data: string, id: string): void {
  const request = readRequest(data, id);
  request.models.forEach((_, model) => indexItems(database, evaluationFolder(data, id), id, model));
}

function indexItems(database: Db, folder: string, id: string, model: number): void {
  const path = join(folder, EVALUATION_FOLDER.items(model));
  const born = statSync(path, { throwIfNoEntry: false })?.ino;
  if (born === undefined) return;
  const known = database
    .prepare("SELECT offset, born FROM evaluation_sources WHERE evaluation = ? AND model = ?")
    .get(id, model) as Source | undefined;
  const { text, size } = newText(path, known !== undefined && known.born === born ? known.offset : 0);
  const offset = known !== undefined && known.born === born && known.offset <= size ? known.offset : 0;
  if (text === "" && offset > 0) return;
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  database.transaction(() => {
    if (offset === 0)
      database.prepare("DELETE FROM evaluation_items WHERE evaluation = ? AND model = ?").run(id, model);
    const insert = database.prepare(
      "INSERT OR REPLACE INTO evaluation_items (evaluation, model, view, position, sample, score, item) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    for (const line of whole.split("\n")) {
      if (line === "") continue;
      const item = JSON.parse(line) as EvaluatedItem;
      const score = item.error === null ? (item.scores["score"] ?? null) : null;
      insert.run(id, model, item.view, item.position, item.sampleId, score, line);
    }
    database
      .prepare("INSERT OR REPLACE INTO evaluation_sources (evaluation, model, offset, born) VALUES (?, ?, ?, ?)")
      .run(id, model, offset + Buffer.byteLength(whole), born);
  })();
}

function newText(path: string, offset: number): { text: string; size: number } {
  const file = openSync(path, "r");
  try {
    const { size } = fstatSync(file);
    const from = offset <= size ? offset : 0;
    const bytes = Buffer.alloc(size - from);
    let read = 0;
    while (read < bytes.length) {
      const count = readSync(file, bytes, read, bytes.length - read, from + read);
      if (count === 0) break;
      read += count;
    }
    return { text: bytes.toString("utf8", 0, read), size };
  } finally {
    closeSync(file);
  }
}

/** Items of one model and view, in the benchmark's order. */
export function indexedItems(database: Db, id: string, model: number, view: string): EvaluatedItem[] {
  const rows = database
    .prepare("SELECT item FROM evaluation_items WHERE evaluation = ? AND model = ? AND view = ? ORDER BY position")
    .all(id, model, view) as { item: string }[];
  return rows.map((row) => JSON.parse(row.item) as EvaluatedItem);
}

export interface IndexedScore {
  readonly model: number;
  readonly view: string;
  readonly sample: string;
  readonly score: number | null;
}

export function indexedScores(database: Db, id: string, view: string): IndexedScore[] {
  return database
    .prepare("SELECT model, view, sample, score FROM evaluation_items WHERE evaluation = ? AND view = ?")
    .all(id, view) as IndexedScore[];
}

/** One question under every model and view. */
export function indexedQuestion(database: Db, id: string, sample: string): { model: number; item: EvaluatedItem }[] {
  const rows = database
    .prepare("SELECT model, item FROM evaluation_items WHERE evaluation = ? AND sample = ? ORDER BY model, view")
    .all(id, sample) as { model: number; item: string }[];
  return rows.map((row) => ({ model: row.model, item: JSON.parse(row.item) as EvaluatedItem }));
}
