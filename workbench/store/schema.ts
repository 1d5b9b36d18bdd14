/**
 * The schemas of `index.db` and `user.db`: forward-only migrations, one entry a version. The index can be built again from
 * the journals at any time, so its migrations may start it afresh; what only people know is migrated and never rebuilt.
 */
import type Database from "better-sqlite3";

/** Tables of the index. `line` is where an event stands in its journal: see {@link lineId}. */
const INDEX_TABLES = `
  CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    started TEXT,               -- run_started, as JSON
    started_at REAL, ended_at REAL, end_status TEXT, end_reason TEXT,
    attempt INTEGER NOT NULL DEFAULT 0,
    phase TEXT NOT NULL DEFAULT 'preparing', stage TEXT, step INTEGER NOT NULL DEFAULT 0,
    last_time REAL, data_errors INTEGER NOT NULL DEFAULT 0
  );
  -- How far each journal file has been read. Written in the transaction that holds what was read.
  CREATE TABLE sources (
    run TEXT NOT NULL, file TEXT NOT NULL,
    offset INTEGER NOT NULL, bad_lines INTEGER NOT NULL, first_bad TEXT,
    PRIMARY KEY (run, file)
  ) WITHOUT ROWID;
  -- Every event, so that an audit can compare it with the journals line by line.
  CREATE TABLE lines (
    run TEXT NOT NULL, line INTEGER NOT NULL, attempt INTEGER NOT NULL, seq INTEGER NOT NULL, type TEXT NOT NULL,
    PRIMARY KEY (run, line)
  ) WITHOUT ROWID;
  CREATE TABLE resumes (
    run TEXT NOT NULL, attempt INTEGER NOT NULL, from_step INTEGER NOT NULL, PRIMARY KEY (run, attempt)
  ) WITHOUT ROWID;
  CREATE TABLE metrics (
    run TEXT NOT NULL, metric TEXT NOT NULL, step INTEGER NOT NULL, attempt INTEGER NOT NULL,
    time REAL NOT NULL, value REAL, superseded INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (run, metric, step, attempt)
  ) WITHOUT ROWID;
  -- Extremes of what is drawn, by blocks of 64 steps: see metric-blocks.ts.
  CREATE TABLE metric_blocks (
    run TEXT NOT NULL, metric TEXT NOT NULL, block INTEGER NOT NULL,
    low REAL NOT NULL, high REAL NOT NULL, count INTEGER NOT NULL, total REAL NOT NULL, last_time REAL NOT NULL,
    PRIMARY KEY (run, metric, block)
  ) WITHOUT ROWID;
  -- Newest finite value of each metric, for the list of runs.
  CREATE TABLE latest (
    run TEXT NOT NULL, metric TEXT NOT NULL, step INTEGER NOT NULL, value REAL NOT NULL, PRIMARY KEY (run, metric)
  ) WITHOUT ROWID;
  CREATE TABLE groups (
    run TEXT NOT NULL, line INTEGER NOT NULL, step INTEGER NOT NULL, attempt INTEGER NOT NULL,
    name TEXT NOT NULL, view TEXT NOT NULL, sample TEXT NOT NULL, task TEXT NOT NULL, reward_std REAL, dead INTEGER NOT NULL,
    superseded INTEGER NOT NULL DEFAULT 0, event TEXT NOT NULL,
    PRIMARY KEY (run, line)
  ) WITHOUT ROWID;
  CREATE INDEX groups_by_step ON groups (run, step, superseded, view, name, sample, task, reward_std, dead);
  CREATE INDEX groups_by_sample ON groups (run, sample, step);
  CREATE TABLE rollouts (
    run TEXT NOT NULL, line INTEGER NOT NULL, step INTEGER NOT NULL, attempt INTEGER NOT NULL,
    group_name TEXT NOT NULL, position INTEGER NOT NULL, rank_file TEXT NOT NULL,
    correct INTEGER NOT NULL, reward REAL NOT NULL,
    corrections INTEGER NOT NULL, -- bits of science/aha.ts
    superseded INTEGER NOT NULL DEFAULT 0, event TEXT NOT NULL,
    PRIMARY KEY (run, line)
  ) WITHOUT ROWID;
  CREATE INDEX rollouts_by_step ON rollouts (run, step, group_name, position, superseded, reward, correct, corrections);
  -- Everything else that is listed whole: evaluations, items, notices, data errors, checkpoints, acknowledgements, unknown types.
  CREATE TABLE events (
    run TEXT NOT NULL, line INTEGER NOT NULL, type TEXT NOT NULL, step INTEGER, attempt INTEGER NOT NULL,
    superseded INTEGER NOT NULL DEFAULT 0, event TEXT NOT NULL,
    PRIMARY KEY (run, line)
  ) WITHOUT ROWID;
  CREATE INDEX events_by_type ON events (run, type, line);
  -- What the list of runs shows of runs that have ended; gone as soon as a run's journal grows.
  CREATE TABLE summaries (run TEXT PRIMARY KEY, version INTEGER NOT NULL, summary TEXT NOT NULL) WITHOUT ROWID;
`;

/** Items of evaluations: see `evaluations.ts`. */
const EVALUATION_TABLES = `
  CREATE TABLE evaluation_sources (
    evaluation TEXT NOT NULL, model INTEGER NOT NULL, offset INTEGER NOT NULL, born INTEGER NOT NULL,
    PRIMARY KEY (evaluation, model)
  ) WITHOUT ROWID;
  CREATE TABLE evaluation_items (
    evaluation TEXT NOT NULL, model INTEGER NOT NULL, view TEXT NOT NULL, position INTEGER NOT NULL,
    sample TEXT NOT NULL, score REAL, item TEXT NOT NULL,
    PRIMARY KEY (evaluation, model, view, position)
  ) WITHOUT ROWID;
  CREATE INDEX evaluation_items_by_sample ON evaluation_items (evaluation, sample);
`;

/** Tables whose rows belong to one run, by their column `run`. */
export const TABLES_OF_A_RUN: readonly string[] = [
  "sources",
  "lines",
  "resumes",
  "metrics",
  "metric_blocks",
  "latest",
  "groups",
  "rollouts",
  "events",
  "summaries",
];

const AFRESH =
  ["runs", ...TABLES_OF_A_RUN, "evaluation_sources", "evaluation_items"]
    .map((table) => `DROP TABLE IF EXISTS ${table};`)
    .join("\n") +
  INDEX_TABLES +
  EVALUATION_TABLES;

/** An older index is made anew from the journals: only the newest version has statements. */
export const INDEX_MIGRATIONS: readonly string[] = [
  "-- version 1",
  "-- version 2",
  "-- version 3",
  "-- version 4",
  "-- version 5",
  "-- version 6",
  AFRESH,
];

export const USER_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE run_notes (run TEXT PRIMARY KEY, name TEXT, note TEXT, archived INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE run_tags (run TEXT NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (run, tag)) WITHOUT ROWID;
  CREATE TABLE media_roots (path TEXT PRIMARY KEY, added_at REAL NOT NULL) WITHOUT ROWID;
  `,
  // Datasets by the names that people gave them. Their rows lie in the data folder and can be imported again.
  `
  CREATE TABLE datasets (
    id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, file TEXT NOT NULL, media_root TEXT NOT NULL, added_at REAL NOT NULL
  ) WITHOUT ROWID;
  `,
  "CREATE TABLE queue (run TEXT PRIMARY KEY, position REAL NOT NULL, added_at REAL NOT NULL) WITHOUT ROWID;",
  // Rules of alerts that somebody changed; the others are as they come.
  `CREATE TABLE alert_rules (id TEXT PRIMARY KEY, threshold REAL NOT NULL, steps INTEGER NOT NULL, enabled INTEGER NOT NULL)
   WITHOUT ROWID;`,
  // Questions that people kept in the playground. `media` is the name of the clip's copy.
  `CREATE TABLE test_cases (
    id TEXT PRIMARY KEY, created_at REAL NOT NULL, question TEXT NOT NULL, options TEXT NOT NULL, problem_type TEXT NOT NULL,
    answer TEXT NOT NULL, frames INTEGER, note TEXT NOT NULL, media TEXT NOT NULL, kind TEXT NOT NULL
  ) WITHOUT ROWID;`,
  // Small things that people decide, such as the retention rule, as JSON.
  "CREATE TABLE preferences (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;",
  // Views of the table of runs: filter, order, columns and groups, as JSON.
  "CREATE TABLE run_views (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, view TEXT NOT NULL) WITHOUT ROWID;",
];

const MAX_RANKS = 4096;

/** Number of an event in its run: journal offset and rank. The same in every index that is built from the journal. */
export const lineId = (offset: number, rank: number): number => offset * MAX_RANKS + rank;

/** The journal line that a {@link lineId} names. */
export const lineOf = (id: number): { readonly offset: number; readonly rank: number } => ({
  offset: Math.floor(id / MAX_RANKS),
  rank: id % MAX_RANKS,
});

/**
 * Brings a database to the newest version, one transaction a step.
 * @throws when the file was written by a newer Secondlook: nothing is changed then.
 */
export function migrate(database: Database.Database, migrations: readonly string[], file: string): void {
  const version = database.pragma("user_version", { simple: true }) as number;
  if (version > migrations.length) {
    throw new Error(
      `${file} has schema version ${version}, but this Secondlook knows ${migrations.length}: open it with a newer Secondlook.`,
    );
  }
  for (let next = version; next < migrations.length; next++) {
    database.transaction(() => {
      database.exec(migrations[next]!);
      database.pragma(`user_version = ${next + 1}`);
    })();
  }
}
