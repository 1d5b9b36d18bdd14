/** What the demo trains: SFT then T-GRPO, and beside it SFT continued from the same checkpoint for the same time. */
import type { EventOf } from "../../contract/journal.ts";
import type { RunSummary } from "../../contract/methods.ts";
import type { Db } from "../store/databases.ts";

/** Settings of `--small`: a rehearsal for tests, too short to learn much. */
export const SMALL_OVERRIDES = {
  "sft.steps": 12,
  "rl.steps": 8,
  "rl.promptsPerStep": 4,
  "evaluation.items": 24,
  "evaluation.every": 4,
  "checkpoint.every": 4,
} as const;

/** Updates of SFT that take as long as the RL stage took, by the journal's own times. */
export function sftStepsForTheTimeOfRl(database: Db, run: string): number {
  const seconds = secondsByStage(database, run);
  const sft = seconds.get("sft");
  const rl = seconds.get("rl");
  if (!sft || !rl || sft.steps === 0) return 0;
  return Math.max(1, Math.round(rl.seconds / (sft.seconds / sft.steps)));
}

interface StageTime {
  readonly steps: number;
  readonly seconds: number;
}

/** Time inside updates (all phases), by stage. RL is told from SFT by its reward. */
export function secondsByStage(database: Db, run: string): Map<string, StageTime> {
  const rows = database
    .prepare(
      `SELECT step, sum(value) / 1000 AS seconds,
         EXISTS (SELECT 1 FROM metrics r WHERE r.run = m.run AND r.metric = 'reward' AND r.step = m.step) AS rl
       FROM metrics m WHERE run = ? AND metric LIKE 'time/%' AND superseded = 0 GROUP BY step`,
    )
    .all(run) as { step: number; seconds: number; rl: number }[];
  const result = new Map<string, StageTime>();
  for (const row of rows) {
    const stage = row.rl ? "rl" : "sft";
    const before = result.get(stage) ?? { steps: 0, seconds: 0 };
    result.set(stage, { steps: before.steps + 1, seconds: before.seconds + row.seconds });
  }
  return result;
}

export type HeldOut = EventOf<"evaluation">;

/** Held-out measurements of a run by label, the newest of each. */
export function heldOutByLabel(database: Db, run: string): Map<string, HeldOut> {
  const rows = database
    .prepare("SELECT event FROM events WHERE run = ? AND type = 'evaluation' AND superseded = 0 ORDER BY line")
    .all(run) as { event: string }[];
  const events = rows.map((row) => JSON.parse(row.event) as HeldOut).filter((event) => event.split === "heldout");
  return new Map(events.map((event) => [event.label, event]));
}

/** Seconds from a run's first event to its last. */
export const wallSeconds = (run: RunSummary): number =>
  run.startedAt === null || run.endedAt === null ? 0 : (run.endedAt - run.startedAt) / 1000;
