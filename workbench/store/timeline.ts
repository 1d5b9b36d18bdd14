/** The course of a run's updates on the clock, from the times that its journal gives. */
import type { EventOf } from "../../contract/journal.ts";
import type { PhaseSpan, StepTiming, Timeline } from "../../contract/methods.ts";
import type { Db } from "./databases.ts";

/** The order in which the worker goes through an update; what it does not know comes before `other`. */
const ORDER = ["data", "vision", "rollout", "reward", "reference", "forward", "backward", "update", "journal"];
const place = (phase: string): number => {
  if (phase === "other") return ORDER.length + 1;
  const index = ORDER.indexOf(phase);
  return index < 0 ? ORDER.length : index;
};

/** Phases that are no part of an update. */
const BETWEEN = new Set(["decoding", "evaluating", "checkpointing", "paused", "finalizing", "preparing"]);

/** The last `count` updates up to `toStep`, with what happened between them. */
export function readTimeline(database: Db, run: string, count: number, toStep?: number): Timeline {
  const rows = database
    .prepare(
      `SELECT metric, step, time, value FROM metrics
       WHERE run = @run AND metric >= 'time/' AND metric < 'time0' AND superseded = 0 AND value IS NOT NULL
         AND step > @last - @count AND step <= @last ORDER BY step`,
    )
    .all({ run, count, last: toStep ?? newestStep(database, run) }) as {
    metric: string;
    step: number;
    time: number;
    value: number;
  }[];
  const stages = stageOfStep(database, run);
  const byStep = new Map<number, { endedAt: number; timings: [string, number][] }>();
  for (const { metric, step, time, value } of rows) {
    const entry = byStep.get(step) ?? { endedAt: time, timings: [] };
    entry.timings.push([metric.slice("time/".length), value]);
    byStep.set(step, entry);
  }
  const steps: StepTiming[] = [...byStep].map(([step, { endedAt, timings }]) => ({
    step,
    stage: stages(step),
    endedAt,
    timings: timings.sort((a, b) => place(a[0]) - place(b[0])),
  }));
  const first = steps[0];
  if (!first) return { steps: [], phases: [] };
  const from = first.endedAt - first.timings.reduce((sum, [, ms]) => sum + ms, 0);
  return { steps, phases: phasesBetween(database, run, from, steps.at(-1)!.endedAt) };
}

function newestStep(database: Db, run: string): number {
  return (database.prepare("SELECT max(step) FROM latest WHERE run = ?").pluck().get(run) as number | null) ?? 0;
}

function stageOfStep(database: Db, run: string): (step: number) => string {
  const started = database.prepare("SELECT started FROM runs WHERE id = ?").pluck().get(run) as string | null;
  const stages = started ? (JSON.parse(started) as EventOf<"run_started">).stages : [];
  return (step) => {
    let last = 0;
    for (const { name, steps } of stages) if (step <= (last += steps)) return name;
    return stages.at(-1)?.name ?? "";
  };
}

function phasesBetween(database: Db, run: string, from: number, to: number): PhaseSpan[] {
  const rows = database
    .prepare("SELECT event FROM events WHERE run = ? AND type = 'phase' AND superseded = 0 ORDER BY line")
    .pluck()
    .all(run) as string[];
  const events = rows.map((row) => JSON.parse(row) as EventOf<"phase">);
  return events.flatMap((event, index): PhaseSpan[] => {
    const ends = events[index + 1]?.time ?? to;
    if (!BETWEEN.has(event.phase) || ends < from || event.time > to) return [];
    const { phase, stage, time, detail } = event;
    return [{ phase, stage, from: Math.max(from, time), to: Math.min(to, ends), detail: detail ?? null }];
  });
}
