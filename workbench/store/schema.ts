/**
 * The schema of `index.db`, the journals' index: forward-only migrations, one entry a version. Everything in it can be
 * built again from the journals; what only people know lives in `user.db` (user-schema.ts).
 */
import type Database from "better-sqlite3";

export const INDEX_MIGRATIONS: readonly string[] = [
  `
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
    offset INTEGER NOT NULL, events INTEGER NOT NULL, bad_lines INTEGER NOT NULL, first_bad TEXT,
    PRIMARY KEY (run, file)
  ) WITHOUT ROWID;
  CREATE TABLE metrics (
    run TEXT NOT NULL, metric TEXT NOT NULL, step INTEGER NOT NULL, attempt INTEGER NOT NULL,
    time REAL NOT NULL, value REAL, superseded INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (run, metric, step, attempt)
  ) WITHOUT ROWID;
  CREATE TABLE groups (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL, step INTEGER NOT NULL, attempt INTEGER NOT NULL,
    name TEXT NOT NULL, view TEXT NOT NULL, superseded INTEGER NOT NULL DEFAULT 0, event TEXT NOT NULL
  );
  CREATE INDEX groups_by_step ON groups (run, step);
  CREATE TABLE rollouts (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL, step INTEGER NOT NULL, attempt INTEGER NOT NULL,
    group_name TEXT NOT NULL, position INTEGER NOT NULL, rank_file TEXT NOT NULL,
    correct INTEGER NOT NULL, reward REAL NOT NULL, superseded INTEGER NOT NULL DEFAULT 0, event TEXT NOT NULL
  );
  CREATE INDEX rollouts_by_step ON rollouts (run, step, group_name, position);
  -- Everything else that is listed whole: evaluations, items, notices, data errors, checkpoints, acknowledgements, unknown types.
  CREATE TABLE events (
    id INTEGER PRIMARY KEY, run TEXT NOT NULL, type TEXT NOT NULL, step INTEGER, attempt INTEGER NOT NULL,
    superseded INTEGER NOT NULL DEFAULT 0, event TEXT NOT NULL
  );
  CREATE INDEX events_by_type ON events (run, type, step);
  `,
];

export const USER_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE run_notes (run TEXT PRIMARY KEY, name TEXT, note TEXT, archived INTEGER NOT NULL DEFAULT 0);
  CREATE TABLE run_tags (run TEXT NOT NULL, tag TEXT NOT NULL, PRIMARY KEY (run, tag)) WITHOUT ROWID;
  CREATE TABLE media_roots (path TEXT PRIMARY KEY, added_at REAL NOT NULL) WITHOUT ROWID;
  `,
];

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
