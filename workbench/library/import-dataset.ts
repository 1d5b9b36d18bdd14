/**
 * Reads a data file into `rows.db`, in one pass and with the memory of one row: rows, problems, media and the report.
 * Works in a folder of its own that is renamed at the end, so that an import that is killed leaves nothing half done.
 */
import { hash } from "node:crypto";
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { JobProgress } from "../../contract/methods.ts";
import type { RowProblem, Sample } from "../../science/records.ts";
import { isSameProcess } from "../runs/alive.ts";
import type { Db } from "../store/databases.ts";
import { datasetFolder, makeDatasetsFolder } from "./datasets.ts";
import { markRepeats } from "./duplicates.ts";
import { markMissingMedia } from "./media-presence.ts";
import { ProblemLog } from "./problem-log.ts";
import { statDataFile, streamRows, type FileProgress } from "./read-rows.ts";
import { makeReport } from "./dataset-report.ts";
import { ROWS_INDEXES, ROWS_TABLES, ROWS_VERSION, type ImportFacts } from "./rows-database.ts";

export interface ImportRequest {
  readonly data: string;
  readonly id: string;
  /** Absolute, as is the media root. */
  readonly file: string;
  readonly mediaRoot: string;
}

export interface ImportProgress extends JobProgress {
  readonly rows: number;
  readonly badRows: number;
}

/** @throws Error with a sentence when nothing of the file can be used; single rows never throw. */
export function importDataset(request: ImportRequest, onProgress: (progress: ImportProgress) => void): ImportFacts {
  const folder = datasetFolder(request.data, request.id);
  const working = `${folder}.importing-${process.pid}`;
  removeAbandoned(makeDatasetsFolder(request.data));
  mkdirSync(working, { recursive: true, mode: 0o700 });
  try {
    const facts = fill(join(working, "rows.db"), request, onProgress);
    rmSync(folder, { recursive: true, force: true });
    renameSync(working, folder);
    return facts;
  } finally {
    rmSync(working, { recursive: true, force: true });
  }
}

/** What killed imports left. */
function removeAbandoned(folder: string): void {
  for (const name of readdirSync(folder)) {
    const owner = /\.importing-(\d+)$/.exec(name)?.[1];
    if (owner !== undefined && !isSameProcess(Number(owner), 0)) {
      rmSync(join(folder, name), { recursive: true, force: true });
    }
  }
}

function fill(path: string, request: ImportRequest, onProgress: (progress: ImportProgress) => void): ImportFacts {
  const started = performance.now();
  const { bytes: fileBytes, time: fileTime } = statDataFile(request.file);
  const database = new Database(path);
  try {
    // Nobody else sees it yet, and a crash leaves nothing to repair.
    database.pragma("journal_mode = OFF");
    database.pragma("synchronous = OFF");
    database.pragma("cache_size = -65536");
    database.pragma("temp_store = FILE");
    database.exec(ROWS_TABLES);
    const log = new ProblemLog(database);
    let rows = 0;
    const report = (phase: string, done: number, total: number): void =>
      onProgress({ phase, done, total, rows, badRows: log.badRows });
    database.exec("BEGIN");
    const add = prepareRows(database);
    let said = 0;
    let first: RowProblem | null = null;
    const onRead = ({ bytesRead }: FileProgress): void => {
      if (bytesRead - said < 4 * 2 ** 20) return;
      said = bytesRead;
      report("reading rows", bytesRead, fileBytes);
    };
    const stream = streamRows(request.file, { mediaRoot: request.mediaRoot, onProgress: onRead });
    for (const { row, offset, bytes, sample, problem } of stream) {
      if (problem !== null) log.add(problem, true);
      first ??= problem;
      if (sample === null) continue;
      add(sample, row, offset, bytes);
      rows++;
    }
    if (rows === 0 && first !== null) throw new Error(noneUsable(request.file, log.badRows, first));
    report("indexing", 0, 0);
    database.exec(ROWS_INDEXES);
    report("looking for repeated rows", 0, 0);
    const repeats = markRepeats(database, (problem) => log.add(problem, false));
    markMissingMedia(database, request.mediaRoot, (done, total) => report("looking for media", done, total));
    report("writing the report", 0, 0);
    const made = makeReport(database, { rows, log, repeats, seconds: (performance.now() - started) / 1000 });
    const count = (sql: string): number =>
      database.prepare(`SELECT count(*) FROM rows WHERE ${sql}`).pluck().get() as number;
    const facts: ImportFacts = {
      version: ROWS_VERSION,
      fileBytes,
      fileTime,
      rows,
      badRows: log.badRows,
      images: count("is_video = 0"),
      videos: count("is_video = 1"),
      withTraces: count("has_trace = 1"),
      report: made,
    };
    database.prepare("INSERT INTO facts (name, value) VALUES ('import', ?)").run(JSON.stringify(facts));
    database.exec("COMMIT");
    database.exec("ANALYZE");
    database.pragma(`user_version = ${ROWS_VERSION}`);
    database.pragma("journal_mode = WAL");
    return facts;
  } finally {
    database.close();
    if (existsSync(path)) syncFile(path);
  }
}

const noneUsable = (file: string, rows: number, { place, reason, remedy }: RowProblem): string =>
  `${rows === 1 ? "The only row" : `None of the ${rows} rows`} of ${file} can be used. ` +
  `The first problem: ${place}: ${reason}. ${remedy}`;

function syncFile(path: string): void {
  const file = openSync(path, "r+");
  fsyncSync(file);
  closeSync(file);
}

/** A function that writes one row, its medium and its words. */
function prepareRows(database: Db): (sample: Sample, row: number, offset: number, bytes: number) => void {
  const insert = database.prepare(
    `INSERT INTO rows (row, id, question, answer, type, is_video, source, media, has_trace, content, offset, bytes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const insertWords = database.prepare("INSERT INTO words (rowid, text) VALUES (?, ?)");
  const findMedia = database.prepare("SELECT id FROM media WHERE path = ?").pluck();
  const addMedia = database.prepare("INSERT INTO media (path, is_video) VALUES (?, ?)");
  const nameOf = nameNumbers(database);
  return (sample, row, offset, bytes) => {
    const isVideo = Number(sample.dataType === "video");
    const media =
      (findMedia.get(sample.path) as number | undefined) ?? Number(addMedia.run(sample.path, isVideo).lastInsertRowid);
    const { id, question, answer, options, process } = sample;
    const [type, source] = [nameOf(sample.problemType), nameOf(sample.task)];
    const trace = Number(process !== undefined);
    const content = contentNumber(sample);
    insert.run(row, id, question, answer, type, isVideo, source, media, trace, content, offset, bytes);
    insertWords.run(row, [question, ...options, answer, id, sample.path].join("\n"));
  };
}

/** 53 bits that name the question, its options and its answer: SQLite and JavaScript both hold them exactly. */
export function contentNumber({ question, options, answer }: Pick<Sample, "question" | "options" | "answer">): number {
  const digest = hash("sha256", JSON.stringify([question, options, answer]), "buffer");
  return digest.readUIntBE(0, 6) * 32 + (digest[6]! & 31);
}

/** Few distinct texts: kept in memory up to a bound, always found in the table. */
function nameNumbers(database: Db): (text: string) => number {
  const known = new Map<string, number>();
  const find = database.prepare("SELECT id FROM names WHERE text = ?").pluck();
  const add = database.prepare("INSERT INTO names (text) VALUES (?)");
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const id = (find.get(text) as number | undefined) ?? Number(add.run(text).lastInsertRowid);
    if (known.size < 10_000) known.set(text, id);
    return id;
  };
}
