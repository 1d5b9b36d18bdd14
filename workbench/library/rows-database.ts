/**
 * `rows.db` of a dataset: its rows, the media they name, what is wrong with them, and the report. Made in one go by an
 * import; afterwards only the state of the media changes. The rows' full records stay in the source file, by offset.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import type { DatasetReport, MediaCounts, MediaState } from "../../contract/methods.ts";
import type { Db } from "../store/databases.ts";
import { datasetFolder } from "./datasets.ts";

/** Of the tables below; a dataset with another one has to be imported again. */
export const ROWS_VERSION = 1;

/** By number in the table `media`. `present` was not decoded yet. */
export const MEDIA_STATES = ["present", "missing", "decodable", "undecodable"] as const satisfies readonly MediaState[];

export const ROWS_TABLES = `
  CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE names (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
  CREATE TABLE media (
    id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, is_video INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER, hash TEXT, width INTEGER, height INTEGER, duration REAL, fps REAL, frames INTEGER,
    reason TEXT, remedy TEXT
  );
  CREATE TABLE rows (
    row INTEGER PRIMARY KEY,    -- in the file, from 1
    id TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL,
    type INTEGER NOT NULL, is_video INTEGER NOT NULL, source INTEGER NOT NULL, media INTEGER NOT NULL,
    has_trace INTEGER NOT NULL,
    content INTEGER NOT NULL,   -- 53 bits of the hash of question, options and answer
    repeats INTEGER,            -- first row with the same content and medium
    offset INTEGER NOT NULL, bytes INTEGER NOT NULL
  );
  CREATE TABLE problems (row INTEGER NOT NULL, field TEXT, reason TEXT NOT NULL, remedy TEXT NOT NULL);
  CREATE VIRTUAL TABLE words USING fts5(text, content='', detail=none);
`;

/** Made after the rows, which is several times faster. */
export const ROWS_INDEXES = `
  CREATE INDEX rows_by_facets ON rows (source, type, is_video);
  CREATE INDEX rows_by_media ON rows (media);
  CREATE INDEX rows_by_content ON rows (content, media);
  CREATE INDEX media_by_hash ON media (hash) WHERE hash IS NOT NULL;
  CREATE INDEX media_by_state ON media (state);
`;

/** What an import wrote down about the file itself. */
export interface ImportFacts {
  readonly version: number;
  readonly fileBytes: number;
  readonly fileTime: number;
  readonly rows: number;
  readonly badRows: number;
  readonly images: number;
  readonly videos: number;
  readonly withTraces: number;
  readonly report: Omit<DatasetReport, "media">;
}

export const rowsFile = (data: string, id: string): string => join(datasetFolder(data, id), "rows.db");

/** Opens what was imported. @throws RangeError where that is missing or of another version. */
export function openRows(data: string, id: string): Db {
  const file = rowsFile(data, id);
  const again = `Import the dataset again ("secondlook data import FILE").`;
  if (!existsSync(file)) throw new RangeError(`${file} is not there. ${again}`);
  const database = new Database(file);
  database.pragma("busy_timeout = 5000");
  database.pragma("mmap_size = 268435456");
  const version = database.pragma("user_version", { simple: true }) as number;
  if (version === ROWS_VERSION) return database;
  database.close();
  throw new RangeError(`${file} has version ${version}, but this Secondlook reads ${ROWS_VERSION}. ${again}`);
}

export function readFacts(database: Db): ImportFacts {
  const value = database.prepare("SELECT value FROM facts WHERE name = 'import'").pluck().get() as string;
  return JSON.parse(value) as ImportFacts;
}

export function countMedia(database: Db): MediaCounts {
  const counts = { total: 0, present: 0, missing: 0, decodable: 0, undecodable: 0 };
  const rows = database.prepare("SELECT state, count(*) AS files FROM media GROUP BY state").all() as {
    state: number;
    files: number;
  }[];
  for (const { state, files } of rows) {
    counts[MEDIA_STATES[state]!] = files;
    counts.total += files;
  }
  return counts;
}
