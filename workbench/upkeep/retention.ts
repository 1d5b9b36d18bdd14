/** The retention rule of a data folder: kept in user.db, previewed and applied by the service. */
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { RunSummary } from "../../contract/methods.ts";
import { retentionRuleSchema, type RetentionPlan, type RetentionRule } from "../../contract/methods/upkeep.ts";
import { RUN_FOLDER } from "../../contract/run-folder.ts";
import { runFolder } from "../data-folder.ts";
import { livingLease } from "../runs/alive.ts";
import { bytesBelow } from "../storage.ts";
import type { Db } from "../store/databases.ts";
import { readPreference, writePreference } from "../store/preferences.ts";
import type { RunMarks } from "../store/run-marks.ts";
import { neededCheckpoints } from "./needed-checkpoints.ts";
import { framesOnlyOf, removeFrames } from "./old-frames.ts";
import { checkpointsToRemove, DEFAULT_RETENTION, oldRuns, type RetentionRun } from "./retention-plan.ts";

const NAME = "retention";

export interface RetentionWorld {
  readonly data: string;
  readonly index: Db;
  readonly runs: readonly Pick<RunSummary, "id" | "name" | "alive" | "endedAt" | "state">[];
  readonly marks: (run: string) => RunMarks;
}

export function readRetention(user: Db): RetentionRule {
  const stored = retentionRuleSchema.safeParse(readPreference(user, NAME));
  return stored.success ? stored.data : DEFAULT_RETENTION;
}

export function writeRetention(user: Db, rule: RetentionRule): void {
  writePreference(user, NAME, rule);
}

export function previewRetention(world: RetentionWorld, rule: RetentionRule, now: number): RetentionPlan {
  return planOf(world, rule, now).plan;
}

/** Removes what the preview names. A kill in between leaves whole what is kept; the next time removes the rest. */
export function applyRetention(world: RetentionWorld, rule: RetentionRule, now: number): RetentionPlan {
  clearRemoved(world);
  const { plan, frames } = planOf(world, rule, now);
  for (const { run, paths } of plan.items)
    for (const path of paths) removeCheckpoint(join(runFolder(world.data, run), path));
  removeFrames(frames);
  return plan;
}

const REMOVED = ".removed.tmp";

/** Under another name first: a kill in between leaves no half of a checkpoint. */
function removeCheckpoint(folder: string): void {
  const doomed = `${folder}${REMOVED}`;
  if (existsSync(folder)) renameSync(folder, doomed);
  rmSync(doomed, { recursive: true, force: true });
}

/** Finishes what an earlier time began: a run that is never resumed would keep these for ever. */
function clearRemoved({ data, runs }: RetentionWorld): void {
  for (const { id } of runs) {
    const folder = join(runFolder(data, id), RUN_FOLDER.checkpoints);
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder))
      if (name.endsWith(REMOVED)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function planOf(world: RetentionWorld, rule: RetentionRule, now: number) {
  const { free: ended, marked } = oldRuns(readRuns(world), rule, now);
  // One that was taken up this moment is left alone.
  const free = ended.filter(({ run }) => livingLease(runFolder(world.data, run)) === null);
  const items = checkpointsToRemove(free, rule);
  const old = rule.frames ? [] : free.map(({ run }) => run);
  const frames = framesOnlyOf(world.index, world.data, old, now);
  const frameBytes = frames.frames.reduce((sum, frame) => sum + frame.bytes, 0);
  const plan: RetentionPlan = {
    items,
    frames: { count: frames.frames.length, bytes: frameBytes },
    bytes: items.reduce((sum, item) => sum + item.bytes, frameBytes),
    protectedRuns: marked.length,
  };
  return { plan, frames };
}

function readRuns({ data, runs, marks }: RetentionWorld): RetentionRun[] {
  const needed = neededCheckpoints(
    data,
    runs.map(({ id }) => id),
  );
  return runs.map(({ id, name, alive, endedAt, state }) => {
    const { name: given, note, tags } = marks(id);
    return {
      run: id,
      name,
      endedAt: alive || state === "queued" || state === "starting" ? null : endedAt,
      marked: given !== null || note !== "" || tags.length > 0,
      checkpoints: checkpointsOf(data, id),
      needed: [...(needed.get(id) ?? [])],
    };
  });
}

function checkpointsOf(data: string, run: string) {
  const folder = join(runFolder(data, run), RUN_FOLDER.checkpoints);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^step-\d+(-[\w-]+)?$/.test(name))
    .map((name) => ({ name, bytes: bytesBelow(join(folder, name)) }));
}
