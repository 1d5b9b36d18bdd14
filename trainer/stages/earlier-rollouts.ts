/** What an earlier stage sampled, of the same run or of one that it branches from, read back from the journal, so that a resumed run reads the same. */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { EventOf, TokenBlock } from "../../contract/journal.ts";
import { DATA_FOLDER, RUN_FOLDER, type RunConfigFile } from "../../contract/run-folder.ts";
import { readCheckpoint } from "../run/checkpoints.ts";
import type { RunContext } from "../run/context.ts";
import { eachWholeLine } from "../run/journal-scan.ts";
import { branchFolder, dataFolderOf } from "../run/run-config.ts";

export interface EarlierGroup {
  readonly group: EventOf<"group">;
  readonly rollouts: readonly EventOf<"rollout">[];
}

const WANTED = /"type":"(?:group|rollout|resume)"/;

/** Where an earlier stage's rollouts were found. */
export interface EarlierRollouts {
  /** Of the run whose journal and tokens hold them. */
  readonly runFolder: string;
  /** That run's id where it is not this run itself but one that it branches from. */
  readonly run: string | null;
  /** Those that the stage trained on, in the order of its updates. */
  readonly groups: readonly EarlierGroup[];
}

type Finding = Pick<RunContext, "runFolder" | "journal"> & { readonly config: Pick<RunConfigFile, "branchFrom"> };

/**
 * Groups that the stage trained on; superseded ones are left out. A branch finds those of the run that it goes on from, up
 * to the checkpoint where it does.
 * @throws Error where neither has any.
 */
export async function rolloutsOfStage(
  { runFolder, journal, config }: Finding,
  stage: string,
): Promise<EarlierRollouts> {
  journal.flush();
  const own = await groupsIn(runFolder, stage, Number.POSITIVE_INFINITY);
  if (own.length > 0) return { runFolder, run: null, groups: own };
  let [folder, branch] = [runFolder, config.branchFrom];
  while (branch !== undefined) {
    const { step } = await readCheckpoint(branchFolder(folder, branch));
    folder = join(dataFolderOf(folder), DATA_FOLDER.runs, branch.run);
    const groups = await groupsIn(folder, stage, step);
    if (groups.length > 0) return { runFolder: folder, run: branch.run, groups };
    branch = (JSON.parse(readFileSync(join(folder, RUN_FOLDER.config), "utf8")) as RunConfigFile).branchFrom;
  }
  throw new Error(
    `The journal has no rollouts of stage ${stage}, from which a later stage learns: run that stage in the same run, or branch from a run that has it.`,
  );
}

async function groupsIn(runFolder: string, stage: string, lastStep: number): Promise<EarlierGroup[]> {
  const groups = new Map<string, { group: EventOf<"group">; rollouts: EventOf<"rollout">[] }>();
  await eachWholeLine(join(runFolder, RUN_FOLDER.journal(0)), (line) => {
    const text = line.toString("utf8");
    if (!WANTED.test(text)) return;
    const event = parsed(text);
    if (event?.type === "resume") {
      for (const [name, { group }] of groups) if (group.step > event.fromStep) groups.delete(name);
    } else if (event?.type === "group") {
      if (event.stage === stage && event.trained && event.step <= lastStep)
        groups.set(event.group, { group: event, rollouts: [] });
    } else if (event?.type === "rollout") groups.get(event.group)?.rollouts.push(event);
  });
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
