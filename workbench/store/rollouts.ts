/** Groups and rollouts of a step, and the per-token arrays that the journal names. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { EventOf, TokenBlock } from "../../contract/journal.ts";
import type { RolloutView, StepIndexEntry } from "../../contract/methods.ts";
import type { Db } from "./databases.ts";

/** A group event with its rollouts. */
export interface StoredGroup {
  readonly event: EventOf<"group">;
  readonly rollouts: readonly RolloutView[];
}

export function listRolloutSteps(database: Db, run: string): StepIndexEntry[] {
  return database
    .prepare(
      `SELECT g.step AS step, count(DISTINCT g.line) AS groups, avg(r.reward) AS rewardMean, avg(r.correct) AS accuracy
       FROM groups g LEFT JOIN rollouts r ON r.run = g.run AND r.step = g.step AND r.group_name = g.name AND r.superseded = 0
       WHERE g.run = ? AND g.superseded = 0 AND g.view = 'ordered' GROUP BY g.step ORDER BY g.step`,
    )
    .all(run) as StepIndexEntry[];
}

/** A rollout's line as the window shows it; `id` is the line's number. */
export function rolloutView(id: number, line: string): RolloutView {
  const event = JSON.parse(line) as EventOf<"rollout">;
  const { index, text, stopReason, prediction, correct, rewards, reward, advantage, tokens } = event;
  return { id, index, text, stopReason, prediction, correct, rewards, reward, advantage, tokenCount: tokens.count };
}

export function readGroups(database: Db, run: string, step: number): StoredGroup[] {
  const groups = database
    .prepare("SELECT event FROM groups WHERE run = ? AND step = ? AND superseded = 0 ORDER BY line")
    .all(run, step) as { event: string }[];
  const rollouts = database
    .prepare(
      "SELECT line AS id, group_name AS name, event FROM rollouts WHERE run = ? AND step = ? AND superseded = 0 ORDER BY group_name, position",
    )
    .all(run, step) as { id: number; name: string; event: string }[];
  const byGroup = new Map<string, RolloutView[]>();
  for (const row of rollouts) {
    const list = byGroup.get(row.name) ?? [];
    if (list.length === 0) byGroup.set(row.name, list);
    list.push(rolloutView(row.id, row.event));
  }
  return groups.map((row) => {
    const event = JSON.parse(row.event) as EventOf<"group">;
    return { event, rollouts: byGroup.get(event.group) ?? [] };
  });
}

export interface TokenArrays {
  readonly ids: Int32Array;
  readonly channels: Readonly<Record<string, Float32Array>>;
}

/** @throws a sentence when the rollout is unknown, or its block is cut off or altered. */
export function readTokens(database: Db, runFolder: string, run: string, rollout: number): TokenArrays {
  const row = database.prepare("SELECT rank_file, event FROM rollouts WHERE run = ? AND line = ?").get(run, rollout) as
    { rank_file: string; event: string } | undefined;
  if (!row) throw new RangeError(`Run ${run} has no rollout ${rollout}; reload the page.`);
  const block = (JSON.parse(row.event) as EventOf<"rollout">).tokens;
  return decodeBlock(readBlock(join(runFolder, row.rank_file), block), block);
}

function readBlock(path: string, block: TokenBlock): Buffer {
  const damaged = new Error(
    `${path}: the token block at byte ${block.offset} is cut off or altered; the rollout's text is still in the journal.`,
  );
  const { offset, bytes, count, channels } = block;
  // Before memory is taken for it: a journal may claim any size.
  if (offset < 0 || count < 0 || bytes !== 4 * count * channels.length) throw damaged;
  const file = openSync(path, "r");
  try {
    if (offset + bytes > fstatSync(file).size) throw damaged;
    const buffer = Buffer.alloc(bytes);
    if (readSync(file, buffer, 0, bytes, offset) !== bytes || crc32(buffer) !== block.crc) throw damaged;
    return buffer;
  } finally {
    closeSync(file);
  }
}

function decodeBlock(buffer: Buffer, block: TokenBlock): TokenArrays {
  const bytes = buffer.buffer.slice(buffer.byteOffset, buffer.byteOffset + buffer.byteLength);
  const channels: Record<string, Float32Array> = {};
  block.channels.forEach((name, position) => {
    if (position > 0) channels[name] = new Float32Array(bytes, position * block.count * 4, block.count);
  });
  return { ids: new Int32Array(bytes, 0, block.count), channels };
}
