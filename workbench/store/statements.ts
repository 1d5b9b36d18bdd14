/** The statements by which journals enter the index. */
import type { Db } from "./databases.ts";
import { TABLES_OF_A_RUN } from "./schema.ts";

export type IngestStatements = ReturnType<typeof prepareIngest>;

export function prepareIngest(database: Db) {
  return {
    source: database.prepare("SELECT offset FROM sources WHERE run = ? AND file = ?"),
    advance: database.prepare(
      `INSERT INTO sources (run, file, offset, bad_lines, first_bad) VALUES (@run, @file, @offset, @badLines, @firstBad)
       ON CONFLICT (run, file) DO UPDATE SET offset = excluded.offset, bad_lines = bad_lines + excluded.bad_lines,
         first_bad = coalesce(first_bad, excluded.first_bad)`,
    ),
    forget: [
      ...TABLES_OF_A_RUN.map((table) => database.prepare(`DELETE FROM ${table} WHERE run = ?`)),
      database.prepare("DELETE FROM runs WHERE id = ?"),
    ],
    dropSummary: database.prepare("DELETE FROM summaries WHERE run = ?"),
    addRun: database.prepare("INSERT INTO runs (id) VALUES (?) ON CONFLICT (id) DO NOTHING"),
    line: database.prepare("INSERT INTO lines (run, line, attempt, seq, type) VALUES (?, ?, ?, ?, ?)"),
    touch: database.prepare(
      `UPDATE runs SET attempt = max(attempt, @attempt), last_time = max(coalesce(last_time, @time), @time) WHERE id = @run`,
    ),
    started: database.prepare("UPDATE runs SET started = ?, started_at = coalesce(started_at, ?) WHERE id = ?"),
    phase: database.prepare("UPDATE runs SET phase = ?, stage = ? WHERE id = ?"),
    step: database.prepare("UPDATE runs SET stage = ?, step = max(step, ?) WHERE id = ?"),
    ended: database.prepare("UPDATE runs SET ended_at = ?, end_status = ?, end_reason = ? WHERE id = ?"),
    dataError: database.prepare("UPDATE runs SET data_errors = data_errors + 1 WHERE id = ?"),
    resumes: database.prepare("SELECT attempt, from_step AS fromStep FROM resumes WHERE run = ?"),
    addResume: database.prepare("INSERT INTO resumes (run, attempt, from_step) VALUES (@run, @attempt, @fromStep)"),
    resumed: database.prepare(
      "UPDATE runs SET step = min(step, @fromStep), ended_at = NULL, end_status = NULL, end_reason = NULL WHERE id = @run",
    ),
    supersede: ["metrics", "groups", "rollouts", "events"].map((table) =>
      database.prepare(
        `UPDATE ${table} SET superseded = 1
         WHERE run = @run AND attempt < @attempt AND step > @fromStep AND superseded = 0`,
      ),
    ),
    metric: database.prepare(
      `INSERT OR REPLACE INTO metrics (run, metric, step, attempt, time, value, superseded) VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ),
    latest: database.prepare(
      `INSERT INTO latest (run, metric, step, value) VALUES (?, ?, ?, ?)
       ON CONFLICT (run, metric) DO UPDATE SET step = excluded.step, value = excluded.value WHERE excluded.step >= step`,
    ),
    dropLatest: database.prepare("DELETE FROM latest WHERE run = @run"),
    rebuildLatest: database.prepare(
      `INSERT INTO latest (run, metric, step, value) SELECT run, metric, max(step), value FROM metrics
       WHERE run = @run AND superseded = 0 AND value IS NOT NULL GROUP BY run, metric`,
    ),
    group: database.prepare(
      `INSERT INTO groups (run, line, step, attempt, name, view, sample, task, reward_std, dead, superseded, event)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    rollout: database.prepare(
      `INSERT INTO rollouts (run, line, step, attempt, group_name, position, rank_file, correct, reward, corrections, superseded, event)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ),
    other: database.prepare(
      "INSERT INTO events (run, line, type, step, attempt, superseded, event) VALUES (?, ?, ?, ?, ?, ?, ?)",
    ),
  };
}
