/** The retention rule of a data folder: kept in user.db, previewed and applied by the service. */
import { existsSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { RunSummary } from "../../contract/methods.ts";
import { retentionRuleSchema, type RetentionPlan, type RetentionRule } from "../../contract/methods/upkeep.ts";
import { RUN_FOLDER } from "../../contract/run-folder.ts";
import { runFolder } from "../data-folder.ts";
import { livingLease } from "../runs/alive.ts";
import { readRunConfig } from "../runs/launch.ts";
import { bytesBelow } from "../storage.ts";
import type { Db } from "../store/databases.ts";
import { readPreference, writePreference } from "../store/preferences.ts";
import type { RunMarks } from "../store/run-marks.ts";
import { framesOnlyOf, removeFrames } from "./old-frames.ts";
import { checkpointsToRemove, DEFAULT_RETENTION, oldRuns, type RetentionRun } from "./retention-plan.ts";

const NAME = "retention";

export interface RetentionWorld {
  readonly data: string;
  readonly index: Db;
  readonly runs: readonly RunSummary[];
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

/** Removes what the preview names; a run that was taken up meanwhile is left alone. */
export function applyRetention(world: RetentionWorld, rule: RetentionRule, now: number): RetentionPlan {
  const { plan, frames } = planOf(world, rule, now);
  const items = plan.items.filter(({ run }) => livingLease(runFolder(world.data, run)) === null);
  for (const { run, paths } of items)
    for (const path of paths) removeCheckpoint(join(runFolder(world.data, run), path));
  removeFrames(frames);
  const bytes = items.reduce((sum, item) => sum + item.bytes, plan.frames.bytes);
  return { ...plan, items, bytes };
}

/** Under a name that resuming clears away: a kill in between leaves no half of a checkpoint. */
function removeCheckpoint(folder: string): void {
  const doomed = `${folder}.removed.tmp`;
  if (existsSync(folder)) renameSync(folder, doomed);
  rmSync(doomed, { recursive: true, force: true });
}

function planOf(world: RetentionWorld, rule: RetentionRule, now: number) {
  const { free, marked } = oldRuns(readRuns(world), rule, now);
  const items = checkpointsToRemove(free, rule);
  const frames = rule.frames
    ? []
    : framesOnlyOf(
        world.index,
        world.data,
        free.map(({ run }) => run),
      );
  const frameBytes = frames.reduce((sum, frame) => sum + frame.bytes, 0);
  const plan: RetentionPlan = {
    items,
    frames: { count: frames.length, bytes: frameBytes },
    bytes: items.reduce((sum, item) => sum + item.bytes, frameBytes),
    protectedRuns: marked.length,
  };
  return { plan, frames };
}

function readRuns({ data, runs, marks }: RetentionWorld): RetentionRun[] {
  const branches = new Map<string, string[]>();
  for (const { id } of runs) {
    const from = branchOf(data, id);
    if (from)
      branches.set(from.run, [...(branches.get(from.run) ?? []), from.checkpoint.replace(/^checkpoints\//, "")]);
  }
  return runs.map(({ id, name, alive, endedAt, state }) => {
    const { name: given, note, tags } = marks(id);
    return {
      run: id,
      name,
      endedAt: alive || state === "queued" || state === "starting" ? null : endedAt,
      marked: given !== null || note !== "" || tags.length > 0,
      checkpoints: checkpointsOf(data, id),
      branchedFrom: branches.get(id) ?? [],
    };
  });
}

function branchOf(data: string, run: string) {
  try {
    return readRunConfig(data, run).branchFrom;
  } catch {
    // A run that was copied here without its launch.
    return undefined;
  }
}

function checkpointsOf(data: string, run: string) {
  const folder = join(runFolder(data, run), RUN_FOLDER.checkpoints);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^step-\d+(-[\w-]+)?$/.test(name))
    .map((name) => ({ name, bytes: bytesBelow(join(folder, name)) }));
}
