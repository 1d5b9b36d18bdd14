/** What the window shows of a run: the index joined with the run's file and its lease. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { EventOf } from "../../contract/journal.ts";
import type { RunDetail, RunState, RunSummary } from "../../contract/methods.ts";
import { RUN_FOLDER, type RunConfigFile } from "../../contract/run-folder.ts";
import { runFolder } from "../data-folder.ts";
import type { Db } from "../store/databases.ts";
import { prepared } from "../store/prepared.ts";
import { latestMetrics, metricNames } from "../store/series.ts";
import { livingLease } from "./alive.ts";

interface RunRow {
  readonly id: string;
  readonly started: string | null;
  readonly started_at: number | null;
  readonly ended_at: number | null;
  readonly end_status: "completed" | "stopped" | "failed" | null;
  readonly end_reason: string | null;
  readonly attempt: number;
  readonly phase: string;
  readonly stage: string | null;
  readonly step: number;
  readonly last_time: number | null;
  readonly data_errors: number;
}

/** A run that was just launched has no line in its journal yet. */
const STARTING_GRACE_MS = 20_000;
const SPARKLINE_VALUES = 40;

function readConfig(folder: string): RunConfigFile | null {
  const file = join(folder, RUN_FOLDER.config);
  try {
    return JSON.parse(readFileSync(file, "utf8")) as RunConfigFile;
  } catch {
    // Runs of external trainers have none; the journal says the same.
    return null;
  }
}

function stateOf(row: RunRow, alive: boolean, createdAt: number): RunState {
  if (alive) return row.phase === "paused" ? "paused" : row.attempt === 0 ? "starting" : "running";
  if (row.end_status) return row.end_status;
  return row.attempt === 0 && Date.now() - createdAt < STARTING_GRACE_MS ? "starting" : "lost";
}

/** Mean seconds of the last 20 steps, by the journal's own times. */
function secondsPerStep(database: Db, run: string): number | null {
  const rows = prepared(
    database,
    "SELECT time FROM metrics WHERE run = ? AND metric = 'loss' AND superseded = 0 ORDER BY step DESC LIMIT 20",
  ).all(run) as { time: number }[];
  if (rows.length < 2) return null;
  return (rows[0]!.time - rows.at(-1)!.time) / 1000 / (rows.length - 1);
}

/** Means of about 40 stretches of the run, to four digits: the list of runs is sent whole. */
function sparkline(database: Db, run: string): RunSummary["sparkline"] {
  const buckets = prepared(
    database,
    `SELECT avg(value) AS value FROM metrics WHERE run = @run AND metric = @metric AND superseded = 0
     AND value IS NOT NULL GROUP BY CAST(step * @count / (SELECT max(step) + 1 FROM latest WHERE run = @run) AS INTEGER) ORDER BY min(step)`,
  ).pluck();
  const read = (metric: string) => buckets.all({ run, metric, count: SPARKLINE_VALUES }) as number[];
  const short = (values: number[]) => values.map((value) => Number(value.toPrecision(4)));
  const rewards = read("reward");
  return rewards.length > 0
    ? { metric: "reward", values: short(rewards) }
    : { metric: "loss", values: short(read("loss")) };
}

function newestHeldOut(database: Db, run: string): number | null {
  const row = prepared(
    database,
    `SELECT event FROM events WHERE run = ? AND type = 'evaluation' AND superseded = 0
     AND json_extract(event, '$.split') = 'heldout' ORDER BY line DESC LIMIT 1`,
  ).get(run) as { event: string } | undefined;
  return row ? (JSON.parse(row.event) as EventOf<"evaluation">).accuracy : null;
}

export function summarise(database: Db, data: string, run: string): RunSummary | null {
  const folder = runFolder(data, run);
  const config = readConfig(folder);
  const row = (prepared(database, "SELECT * FROM runs WHERE id = ?").get(run) as RunRow | undefined) ?? emptyRow(run);
  const started = row.started ? (JSON.parse(row.started) as EventOf<"run_started">) : null;
  if (!config && !started) return null;
  const createdAt = config?.createdAt ?? row.started_at ?? 0;
  const alive = livingLease(folder) !== null;
  const rate = secondsPerStep(database, run);
  const totalSteps = started?.totalSteps ?? 0;
  return {
    id: run,
    name: started?.name ?? config?.name ?? run,
    recipe: started?.recipe ?? config?.recipe ?? "",
    preset: started?.preset ?? config?.preset ?? "",
    seed: started?.seed ?? config?.seed ?? 0,
    state: stateOf(row, alive, createdAt),
    phase: row.phase,
    stage: row.stage,
    step: row.step,
    totalSteps,
    createdAt,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    endReason: row.end_reason,
    attempt: row.attempt,
    latest: mainMetrics(latestMetrics(database, run)),
    sparkline: sparkline(database, run),
    heldOut: newestHeldOut(database, run),
    secondsPerStep: rate,
    etaSec: alive && rate !== null ? rate * Math.max(0, totalSteps - row.step) : null,
    dataErrors: row.data_errors,
    alive,
    tags: [],
    note: "",
    archived: false,
    dry: config?.dry === true,
    alerts: [],
  };
}

/** Without times and memory, to six digits: the list of runs is sent whole. */
function mainMetrics(latest: Record<string, number>): Record<string, number> {
  const main = Object.entries(latest).filter(([name]) => !/^(time|memory|rank\d+)\//.test(name));
  return Object.fromEntries(main.map(([name, value]) => [name, Number(value.toPrecision(6))]));
}

function emptyRow(id: string): RunRow {
  const nothing = { started: null, started_at: null, ended_at: null, end_status: null, end_reason: null };
  return { id, ...nothing, attempt: 0, phase: "preparing", stage: null, step: 0, last_time: null, data_errors: 0 };
}

/** The newest events of one type that are still in force, oldest first. */
export function listEvents<Type extends "evaluation" | "notice" | "data_error" | "checkpoint">(
  database: Db,
  run: string,
  type: Type,
  limit = 2000,
): EventOf<Type>[] {
  const rows = database
    .prepare("SELECT event FROM events WHERE run = ? AND type = ? AND superseded = 0 ORDER BY line DESC LIMIT ?")
    .all(run, type, limit) as { event: string }[];
  return rows.reverse().map((row) => JSON.parse(row.event) as EventOf<Type>);
}

/** Where the run's model and its tokenizer lie; "" where the run does not say. */
export function modelDirectory(database: Db, run: string): string {
  const directory = prepared(database, "SELECT started ->> '$.model.directory' FROM runs WHERE id = ?").pluck();
  return (directory.get(run) as string | null | undefined) ?? "";
}

/** Journals may come from elsewhere: what they name must lie in the run's own folder. */
const isCheckpointPath = (path: string): boolean => /^checkpoints\/[\w.-]+$/.test(path);

export function describe(database: Db, data: string, run: string): RunDetail | null {
  const summary = summarise(database, data, run);
  if (!summary) return null;
  const row = database.prepare("SELECT started FROM runs WHERE id = ?").get(run) as
    { started: string | null } | undefined;
  const started = row?.started ? (JSON.parse(row.started) as EventOf<"run_started">) : null;
  return {
    ...summary,
    config: started?.config ?? {},
    stages: started?.stages ?? [],
    model: started?.model ?? null,
    engine: started?.engine ?? {},
    metricNames: metricNames(database, run),
    panels: started?.panels ?? [],
    checkpoints: listEvents(database, run, "checkpoint").map(({ step, path, label }) => ({
      step,
      path,
      label,
      kept: isCheckpointPath(path) && existsSync(join(runFolder(data, run), path)),
    })),
    folder: runFolder(data, run),
  };
}
