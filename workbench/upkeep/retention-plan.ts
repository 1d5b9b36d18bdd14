/** Which checkpoints of which runs a retention rule removes: pure, so that a preview and the deed are the same. */
import type { RetentionItem, RetentionRule } from "../../contract/methods/upkeep.ts";

export const DEFAULT_RETENTION: RetentionRule = {
  automatic: false,
  afterDays: 30,
  keepNewest: 20,
  checkpoints: "ends",
  frames: true,
};

export interface KeptCheckpoint {
  /** Folder's name, such as `step-000120-sft`. */
  readonly name: string;
  readonly bytes: number;
}

export interface RetentionRun {
  readonly run: string;
  readonly name: string;
  /** Null: it has not ended. */
  readonly endedAt: number | null;
  /** Named, tagged or annotated by somebody. */
  readonly marked: boolean;
  readonly checkpoints: readonly KeptCheckpoint[];
  /** Names of checkpoints that other runs and unfinished evaluations start from. */
  readonly needed: readonly string[];
}

const DAY_MS = 24 * 60 * 60_000;
const isPlain = (name: string): boolean => /^step-\d+$/.test(name);
const isAsked = (name: string): boolean => name.endsWith("-asked");

/** Runs that ended before the rule's days and are not among the newest, split by whether somebody marked them. */
export function oldRuns(runs: readonly RetentionRun[], rule: RetentionRule, now: number) {
  const ended = runs.filter(({ endedAt }) => endedAt !== null).sort((a, b) => b.endedAt! - a.endedAt!);
  const old = ended.slice(rule.keepNewest).filter(({ endedAt }) => now - endedAt! >= rule.afterDays * DAY_MS);
  return { free: old.filter(({ marked }) => !marked), marked: old.filter(({ marked }) => marked) };
}

export function checkpointsToRemove(old: readonly RetentionRun[], rule: RetentionRule): RetentionItem[] {
  return old.flatMap(({ run, name, endedAt, checkpoints, needed }): RetentionItem[] => {
    const gone = checkpoints.filter(
      (checkpoint) =>
        !isAsked(checkpoint.name) && !needed.includes(checkpoint.name) && goes(checkpoint.name, checkpoints, rule),
    );
    if (gone.length === 0) return [];
    const bytes = gone.reduce((sum, checkpoint) => sum + checkpoint.bytes, 0);
    return [{ run, name, endedAt: endedAt!, paths: gone.map((checkpoint) => `checkpoints/${checkpoint.name}`), bytes }];
  });
}

function goes(name: string, all: readonly KeptCheckpoint[], rule: RetentionRule): boolean {
  if (rule.checkpoints === "all") return false;
  // Of a run that has no end of a stage, the newest checkpoint is all that could be gone on from.
  const ends = all.filter((one) => !isPlain(one.name));
  const newest = [...all].sort((a, b) => a.name.localeCompare(b.name)).at(-1)!.name;
  if (rule.checkpoints === "newest") return name !== newest;
  return isPlain(name) && (ends.length > 0 || name !== newest);
}
