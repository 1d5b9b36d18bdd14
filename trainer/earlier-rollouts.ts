/** What an earlier stage of the same run sampled, read back from the journal, so that a resumed run reads the same. */
import { openSync, closeSync, readSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { EventOf, TokenBlock } from "../contract/journal.ts";
import { RUN_FOLDER } from "../contract/run-folder.ts";
import type { RunContext } from "./context.ts";
import { eachWholeLine } from "./journal-scan.ts";

export interface EarlierGroup {
  readonly group: EventOf<"group">;
  readonly rollouts: readonly EventOf<"rollout">[];
}

const WANTED = /"type":"(?:group|rollout|resume)"/;

/**
 * The groups that the stage trained on, in the order of its updates; superseded ones are left out.
 * @throws Error where the run's journal has none.
 */
export async function rolloutsOfStage(
  { runFolder, journal }: Pick<RunContext, "runFolder" | "journal">,
  stage: string,
): Promise<EarlierGroup[]> {
  journal.flush();
  const groups = new Map<string, { group: EventOf<"group">; rollouts: EventOf<"rollout">[] }>();
  await eachWholeLine(join(runFolder, RUN_FOLDER.journal(0)), (line) => {
    const text = line.toString("utf8");
    if (!WANTED.test(text)) return;
    const event = parsed(text);
    if (event?.type === "resume") {
      for (const [name, { group }] of groups) if (group.step > event.fromStep) groups.delete(name);
    } else if (event?.type === "group") {
      if (event.stage === stage && event.trained) groups.set(event.group, { group: event, rollouts: [] });
    } else if (event?.type === "rollout") groups.get(event.group)?.rollouts.push(event);
  });
  if (groups.size === 0) {
    throw new Error(
      `The journal has no rollouts of stage ${stage}, from which a later stage learns: run that stage in the same run.`,
    );
  }
  return [...groups.values()];
}

function parsed(text: string): EventOf<"group"> | EventOf<"rollout"> | EventOf<"resume"> | null {
  try {
    return JSON.parse(text) as EventOf<"group"> | EventOf<"rollout"> | EventOf<"resume">;
  } catch {
    // Damaged lines are skipped by every reader of a journal.
    return null;
  }
}

/** Share of right answers of each sample, over all its rollouts of the stage. */
export function accuracyBySample(groups: readonly EarlierGroup[]): Map<string, number> {
  const counts = new Map<string, { right: number; all: number }>();
  for (const { group, rollouts } of groups) {
    const count = counts.get(group.sampleId) ?? { right: 0, all: 0 };
    count.right += rollouts.filter(({ correct }) => correct).length;
    count.all += rollouts.length;
    counts.set(group.sampleId, count);
  }
  return new Map([...counts].map(([id, { right, all }]) => [id, right / Math.max(1, all)]));
}

/** Reads the ids of sampled tokens as they were journalled. */
export class TokenReader {
  readonly #path: string;
  readonly #file: number;

  constructor(runFolder: string) {
    this.#path = join(runFolder, RUN_FOLDER.tokens(0));
    this.#file = openSync(this.#path, "r");
  }

  /** @throws Error where the bytes are not those that were written. */
  ids({ offset, bytes, crc, count }: TokenBlock): Int32Array {
    const block = Buffer.alloc(bytes);
    const read = readSync(this.#file, block, 0, bytes, offset);
    if (read !== bytes || crc32(block) !== crc) {
      throw new Error(`${this.#path} is damaged at byte ${offset}: go on from a copy of the run, or start it again.`);
    }
    return new Int32Array(block.buffer.slice(block.byteOffset, block.byteOffset + 4 * count));
  }

  close(): void {
    closeSync(this.#file);
  }
}
