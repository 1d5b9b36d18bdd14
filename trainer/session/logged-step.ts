/** What a run's journal says of one step: its groups, its rollouts with their ids, and how long updates took. */
import { closeSync, createReadStream, existsSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { EventOf, JournalEvent, TokenBlock } from "../../contract/journal.ts";
import { RUN_FOLDER } from "../../contract/run-folder.ts";

export interface LoggedRollout {
  readonly event: EventOf<"rollout">;
  readonly ids: Int32Array;
}

export interface LoggedStep {
  readonly started: EventOf<"run_started">;
  readonly groups: ReadonlyMap<string, EventOf<"group">>;
  readonly rollouts: readonly LoggedRollout[];
  /** Seconds of each update, its phases together. */
  readonly secondsOfUpdate: ReadonlyMap<number, number>;
}

/** Superseded steps of older attempts are left out. @throws RangeError when the step has no rollouts. */
export async function readLoggedStep(runFolder: string, step: number): Promise<LoggedStep> {
  const path = join(runFolder, RUN_FOLDER.journal(0));
  if (!existsSync(path)) throw new RangeError(`${path} is not there: this run has not begun.`);
  let started: EventOf<"run_started"> | null = null;
  let groups = new Map<string, EventOf<"group">>();
  let rollouts: EventOf<"rollout">[] = [];
  const secondsOfUpdate = new Map<number, number>();
  const ofThisStep = `"step":${step},`;
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const type = /"type":"(run_started|resume|step|group|rollout)"/.exec(line)?.[1];
    if (type === undefined || ((type === "group" || type === "rollout") && !line.includes(ofThisStep))) continue;
    const event = parsed(line);
    if (event?.type === "run_started") started ??= event;
    else if (event?.type === "resume" && event.fromStep < step) {
      groups = new Map();
      rollouts = [];
    } else if (event?.type === "step") {
      const milliseconds = Object.values(event.timings).reduce((sum, value) => sum + value, 0);
      secondsOfUpdate.set(event.step, milliseconds / 1000);
    } else if (event?.type === "group" && event.step === step) groups.set(event.group, event);
    else if (event?.type === "rollout" && event.step === step) rollouts.push(event);
  }
  if (started === null) throw new RangeError(`${path} has no start: this run has not begun.`);
  if (rollouts.length === 0) {
    throw new RangeError(
      `Step ${step} of run ${started.run} has no rollouts in its journal: choose a step of an RL stage.`,
    );
  }
  const tokens = join(runFolder, RUN_FOLDER.tokens(0));
  return {
    started,
    groups,
    rollouts: rollouts.map((event) => ({ event, ids: readIds(tokens, event.tokens) })),
    secondsOfUpdate,
  };
}

/** Null for a line that a crash tore. */
function parsed(line: string): JournalEvent | null {
  try {
    return JSON.parse(line) as JournalEvent;
  } catch {
    return null;
  }
}

function readIds(path: string, { offset, count }: TokenBlock): Int32Array {
  const ids = new Int32Array(count);
  const file = openSync(path, "r");
  try {
    if (readSync(file, ids, 0, ids.byteLength, offset) === ids.byteLength) return ids;
  } finally {
    closeSync(file);
  }
  throw new Error(`${path}: the token block at byte ${offset} is cut off; copy the file from a backup.`);
}
