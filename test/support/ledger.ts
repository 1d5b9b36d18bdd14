/**
 * Compares a run's journals with the index, by a reader of its own: it shares no code with the ingester and none with its
 * schemas. Lines are found by their newline bytes, superseded steps by the definition in docs/journal.md.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";

export interface Ledger {
  /** Whole lines of the journals that are events. */
  readonly events: number;
  /** Events that the index does not hold as they were written. */
  readonly lost: readonly string[];
  /** Rows of the index without an event, or more than one of the same event. */
  readonly doubled: readonly string[];
  readonly supersededSteps: number;
  /** Attempts whose lines are not numbered 0, 1, 2 … */
  readonly gaps: readonly string[];
}

interface Entry {
  readonly rank: number;
  readonly text: string;
  readonly event: Record<string, unknown>;
}

function entriesOf(folder: string): Entry[] {
  const entries: Entry[] = [];
  for (const name of readdirSync(folder)) {
    const rank = /^journal\.(\d+)\.ndjson$/.exec(name)?.[1];
    if (rank === undefined) continue;
    const bytes = readFileSync(join(folder, name));
    for (let start = 0, end = bytes.indexOf(10); end >= 0; start = end + 1, end = bytes.indexOf(10, start)) {
      const text = bytes.toString("utf8", start, end);
      try {
        entries.push({ rank: Number(rank), text, event: JSON.parse(text) as Record<string, unknown> });
      } catch {
        // A damaged line is no event.
      }
    }
  }
  return entries;
}

/** Attempt and step of each `resume`: later steps of earlier attempts do not count any more. */
function supersededBy(entries: readonly Entry[]): (event: Record<string, unknown>) => boolean {
  const resumes = entries
    .filter(({ event }) => event["type"] === "resume")
    .map(({ event }) => [event["attempt"] as number, event["fromStep"] as number] as const);
  return (event) =>
    resumes.some(([attempt, from]) => attempt > (event["attempt"] as number) && (event["step"] as number) > from);
}

function numberingGaps(entries: readonly Entry[]): string[] {
  const next = new Map<string, number>();
  return entries.flatMap(({ rank, event }) => {
    const attempt = `rank ${rank}, attempt ${String(event["attempt"])}`;
    const wanted = next.get(attempt) ?? 0;
    next.set(attempt, wanted + 1);
    return event["seq"] === wanted ? [] : [`${attempt}: ${String(event["seq"])} where ${wanted} was due`];
  });
}

/** Counts how often each text stands in one list and not in the other. */
function difference(left: readonly string[], right: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const text of right) counts.set(text, (counts.get(text) ?? 0) + 1);
  return left.filter((text) => {
    const count = counts.get(text) ?? 0;
    counts.set(text, count - 1);
    return count <= 0;
  });
}

/** What a step's metrics look like, from the journal and from the index alike. */
const metricLine = (name: string, step: unknown, attempt: unknown, value: unknown, superseded: boolean): string =>
  JSON.stringify([name, step, attempt, value, superseded]);

/** Reads journals and index of one run; the service may be gone or at work. */
export function compareLedgers(data: string, run: string): Ledger {
  const entries = entriesOf(join(data, "runs", run));
  const isSuperseded = supersededBy(entries);
  const written = { lines: [] as string[], whole: [] as string[], metrics: [] as string[] };
  let supersededSteps = 0;
  for (const { rank, text, event } of entries) {
    const { type, attempt, seq, step } = event;
    written.lines.push(JSON.stringify([attempt, seq, type]));
    if (type !== "step") {
      written.whole.push(JSON.stringify([text, typeof step === "number" && isSuperseded(event)]));
      continue;
    }
    supersededSteps += isSuperseded(event) ? 1 : 0;
    const prefix = rank === 0 ? "" : `rank${rank}/`;
    for (const [part, under] of [
      ["metrics", ""],
      ["timings", "time/"],
      ["memory", "memory/"],
    ] as const) {
      for (const [name, value] of Object.entries((event[part] ?? {}) as object)) {
        written.metrics.push(metricLine(prefix + under + name, step, attempt, value, isSuperseded(event)));
      }
    }
  }
  const index = new Database(join(data, "index.db"), { readonly: true });
  const rows = (sql: string) => index.prepare(sql).raw().all(run) as unknown[][];
  const held = {
    lines: rows("SELECT attempt, seq, type FROM lines WHERE run = ?").map((row) => JSON.stringify(row)),
    whole: ["groups", "rollouts", "events"].flatMap((table) =>
      rows(`SELECT event, superseded FROM ${table} WHERE run = ?`).map(([text, superseded]) =>
        JSON.stringify([text, superseded === 1]),
      ),
    ),
    metrics: rows("SELECT metric, step, attempt, value, superseded FROM metrics WHERE run = ?").map(
      ([name, step, attempt, value, superseded]) => metricLine(name as string, step, attempt, value, superseded === 1),
    ),
  };
  index.close();
  const kinds = ["lines", "whole", "metrics"] as const;
  return {
    events: entries.length,
    lost: kinds.flatMap((kind) => difference(written[kind], held[kind])),
    doubled: kinds.flatMap((kind) => difference(held[kind], written[kind])),
    supersededSteps,
    gaps: numberingGaps(entries),
  };
}
