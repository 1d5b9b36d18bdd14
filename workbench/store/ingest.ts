/**
 * Takes journals into the index: each batch of lines together with the offset it ends at, in one transaction, so that a
 * killed service neither loses nor doubles an event.
 */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { EventOf, JournalEvent } from "../../contract/journal.ts";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import type { Db } from "./databases.ts";
import { readJournalChunk, type JournalLine } from "./journal-tail.ts";

export interface Ingested {
  readonly run: string;
  readonly events: number;
  /** Event types seen, for pushes to the window. */
  readonly kinds: ReadonlySet<string>;
  readonly step: number;
}

interface SourceRow {
  readonly offset: number;
}

type Loose = Record<string, unknown> & { type: string; attempt: number; time: number };

export class Ingest {
  readonly #database: Db;
  readonly #dataFolder: string;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Db, dataFolder: string) {
    this.#database = database;
    this.#dataFolder = dataFolder;
    this.#statements = prepare(database);
  }

  /** Ids of the runs that have a folder. */
  runFolders(): string[] {
    const folder = join(this.#dataFolder, DATA_FOLDER.runs);
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  }

  /** Reads what has been added to a run's journals since the last call. */
  run(run: string): Ingested {
    const folder = join(this.#dataFolder, DATA_FOLDER.runs, run);
    const kinds = new Set<string>();
    let events = 0;
    let step = 0;
    const files = existsSync(folder) ? readdirSync(folder).filter((name) => /^journal\.\d+\.ndjson$/.test(name)) : [];
    for (const file of files.sort()) {
      const rank = Number(file.split(".")[1]);
      for (;;) {
        const source = this.#statements.source.get(run, file) as SourceRow | undefined;
        const offset = source?.offset ?? 0;
        const chunk = readJournalChunk(join(folder, file), offset);
        if (chunk.end === offset) break;
        this.#database.transaction(() => {
          const counts = this.#batch(run, rank, chunk.lines, kinds);
          step = Math.max(step, counts.step);
          events += counts.events;
          this.#statements.advance.run({ run, file, offset: chunk.end, ...counts });
        })();
      }
    }
    return { run, events, kinds, step };
  }

  #batch(run: string, rank: number, lines: readonly JournalLine[], kinds: Set<string>) {
    this.#statements.addRun.run(run);
    let events = 0;
    let badLines = 0;
    let firstBad: string | null = null;
    let step = 0;
    for (const line of lines) {
      let event: Loose;
      try {
        event = JSON.parse(line.text) as Loose;
        if (typeof event.type !== "string" || !Number.isInteger(event.attempt)) throw new Error("no type or attempt");
      } catch (error) {
        badLines++;
        firstBad ??= `byte ${line.offset}: ${(error as Error).message}`;
        continue;
      }
      events++;
      kinds.add(event.type);
      if (typeof event["step"] === "number") step = Math.max(step, event["step"]);
      this.#apply(run, rank, event, line.text);
    }
    return { events, badLines, firstBad, step };
  }

  #apply(run: string, rank: number, loose: Loose, text: string): void {
    const statements = this.#statements;
    const event = loose as unknown as JournalEvent;
    statements.touch.run({ run, attempt: loose.attempt, time: loose.time ?? null });
    switch (event.type) {
      case "run_started":
        statements.started.run({ run, text, time: event.time });
        break;
      case "resume":
        this.#supersede(run, event);
        break;
      case "phase":
        statements.phase.run({ run, phase: event.phase, stage: event.stage, step: event.step });
        break;
      case "step":
        statements.step.run({ run, stage: event.stage, step: event.step });
        for (const [metric, value] of Object.entries(event.metrics)) this.#metric(run, event, metric, value);
        for (const [phase, value] of Object.entries(event.timings)) this.#metric(run, event, `time/${phase}`, value);
        for (const [purpose, value] of Object.entries(event.memory ?? {})) {
          this.#metric(run, event, `memory/${purpose}`, value);
        }
        break;
      case "group":
        statements.group.run({
          run,
          step: event.step,
          attempt: event.attempt,
          name: event.group,
          view: event.view,
          text,
        });
        break;
      case "rollout":
        statements.rollout.run({
          run,
          step: event.step,
          attempt: event.attempt,
          group: event.group,
          position: event.index,
          file: `tokens.${rank}.bin`,
          correct: event.correct ? 1 : 0,
          reward: event.reward,
          text,
        });
        break;
      case "run_ended":
        statements.ended.run({ run, time: event.time, status: event.status, reason: event.reason, step: event.step });
        break;
      default:
        if (loose.type === "data_error") statements.dataError.run(run);
        statements.other.run({ run, type: loose.type, step: loose["step"] ?? null, attempt: loose.attempt, text });
    }
  }

  #metric(run: string, event: EventOf<"step">, metric: string, value: number | null): void {
    const { step, attempt, time } = event;
    this.#statements.metric.run({ run, metric, step, attempt, time, value });
  }

  /** Steps of older attempts after `fromStep` were done again: kept, countable, not drawn. */
  #supersede(run: string, event: EventOf<"resume">): void {
    const values = { run, attempt: event.attempt, fromStep: event.fromStep };
    for (const statement of this.#statements.supersede) statement.run(values);
    this.#statements.resumed.run({ run, fromStep: event.fromStep });
  }
}

function prepare(database: Db) {
  const supersede = ["metrics", "groups", "rollouts", "events"].map((table) =>
    database.prepare(
      `UPDATE ${table} SET superseded = 1 WHERE run = @run AND attempt < @attempt AND step > @fromStep AND superseded = 0`,
    ),
  );
  return {
    supersede,
    source: database.prepare("SELECT offset FROM sources WHERE run = ? AND file = ?"),
    advance: database.prepare(
      `INSERT INTO sources (run, file, offset, events, bad_lines, first_bad)
       VALUES (@run, @file, @offset, @events, @badLines, @firstBad)
       ON CONFLICT (run, file) DO UPDATE SET offset = excluded.offset, events = events + excluded.events,
         bad_lines = bad_lines + excluded.bad_lines, first_bad = coalesce(first_bad, excluded.first_bad)`,
    ),
    addRun: database.prepare("INSERT INTO runs (id) VALUES (?) ON CONFLICT (id) DO NOTHING"),
    touch: database.prepare(
      "UPDATE runs SET attempt = max(attempt, @attempt), last_time = coalesce(@time, last_time) WHERE id = @run",
    ),
    started: database.prepare(
      `UPDATE runs SET started = @text, started_at = coalesce(started_at, @time), ended_at = NULL, end_status = NULL,
         end_reason = NULL WHERE id = @run`,
    ),
    resumed: database.prepare(
      "UPDATE runs SET step = @fromStep, ended_at = NULL, end_status = NULL, end_reason = NULL WHERE id = @run",
    ),
    phase: database.prepare("UPDATE runs SET phase = @phase, stage = @stage WHERE id = @run AND @step >= 0"),
    step: database.prepare("UPDATE runs SET stage = @stage, step = max(step, @step) WHERE id = @run"),
    ended: database.prepare(
      `UPDATE runs SET ended_at = @time, end_status = @status, end_reason = @reason, step = max(step, @step) WHERE id = @run`,
    ),
    dataError: database.prepare("UPDATE runs SET data_errors = data_errors + 1 WHERE id = ?"),
    metric: database.prepare(
      `INSERT OR REPLACE INTO metrics (run, metric, step, attempt, time, value)
       VALUES (@run, @metric, @step, @attempt, @time, @value)`,
    ),
    group: database.prepare(
      "INSERT INTO groups (run, step, attempt, name, view, event) VALUES (@run, @step, @attempt, @name, @view, @text)",
    ),
    rollout: database.prepare(
      `INSERT INTO rollouts (run, step, attempt, group_name, position, rank_file, correct, reward, event)
       VALUES (@run, @step, @attempt, @group, @position, @file, @correct, @reward, @text)`,
    ),
    other: database.prepare(
      "INSERT INTO events (run, type, step, attempt, event) VALUES (@run, @type, @step, @attempt, @text)",
    ),
  };
}
