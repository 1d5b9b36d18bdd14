/**
 * Checkpoints of a run: `checkpoints/step-000120/` with the engine's state, the trainer's own and a list of the files.
 * Written under a temporary name, synced and renamed, so that a folder with the final name is complete.
 */
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { join, relative, sep } from "node:path";
import { crc32 } from "node:zlib";
import { diskSentence } from "../../contract/disk-errors.ts";
import { ALONE } from "../../native/team/team.ts";
import type { Model, Team } from "../../native/types.ts";
import { RUN_FOLDER } from "../../contract/run-folder.ts";
import { syncPath, syncTree, writeFileAtomically } from "./durable.ts";

/** What the trainer needs beside the engine's state. All randomness and data order follow from seed and step. */
export interface TrainerState {
  /** Updates of the whole run so far. */
  readonly step: number;
  /** Stage that comes next or goes on, and its updates so far. */
  readonly stageIndex: number;
  readonly stageStep: number;
  /** Knobs that people have set. */
  readonly knobs: Readonly<Record<string, number>>;
  /** Seconds of training so far, without pauses; only shown. */
  readonly trainSeconds: number;
  /** Name of that stage where the checkpoint was saved within it; a branch goes on with it. */
  readonly stage?: string;
  /** What the stage remembers, where it has a memory. */
  readonly memory?: readonly number[];
}

interface CheckpointFile {
  readonly version: 1;
  readonly state: TrainerState;
  readonly label: string | null;
  readonly files: Readonly<Record<string, { readonly bytes: number; readonly crc: number }>>;
}

export interface Checkpoint {
  readonly folder: string;
  readonly step: number;
  readonly state: TrainerState;
  readonly label: string | null;
}

const CONTENT = "checkpoint.json";
/** Label of a checkpoint that a person asked for: kept for good, with a model to branch from, as the ends of stages are. */
export const ASKED = "asked";
/** Weights of a reference that moves, in a checkpoint's folder. */
export const REFERENCE = "reference";

export class Checkpoints {
  readonly #runFolder: string;
  readonly #folder: string;
  readonly #keep: number;
  readonly #team: Team;

  /** Keeps the `keep` newest ones and all that have a label. In a team the first member writes. */
  constructor(runFolder: string, { keep = 2, team = ALONE }: { readonly keep?: number; readonly team?: Team } = {}) {
    this.#team = team;
    this.#runFolder = runFolder;
    this.#folder = join(runFolder, RUN_FOLDER.checkpoints);
    this.#keep = keep;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** Where the checkpoint of a step lies. */
  folderOf(step: number, label: string | null): string {
    const name = `step-${String(step).padStart(6, "0")}`;
    return join(this.#folder, label === null ? name : `${name}-${label}`);
  }

  /** Path relative to the run's folder, as the journal names it. */
  relativePath(folder: string): string {
    return relative(this.#runFolder, folder).split(sep).join("/");
  }

  /**
   * Saves the model's state and the trainer's. A label also writes `model/`, a Hugging Face directory with the
   * tokenizer's files from `tokenizerDirectory`, adapters merged; adapters alone go to `adapter/`, as PEFT reads them.
   */
  async save(
    model: Model,
    state: TrainerState,
    options: { label: string | null; tokenizerDirectory: string; reference?: Model },
  ): Promise<string> {
    const final = this.folderOf(state.step, options.label);
    if (this.#team.rank > 0) {
      await contribute(model, final, options);
      await this.#team.share(() => undefined);
      return final;
    }
    await this.#writeFolder(final, async (folder) => {
      mkdirSync(join(folder, "state"));
      await model.saveState(join(folder, "state"));
      if (options.reference) await options.reference.save(join(folder, REFERENCE));
      if (options.label !== null) {
        await saveModel(model, join(folder, "model"), options.tokenizerDirectory);
        if (hasAdapter(model)) await model.saveAdapter(join(folder, "adapter"));
      }
      const files = await checksums(folder);
      const content: CheckpointFile = { version: 1, state, label: options.label, files };
      writeFileAtomically(join(folder, CONTENT), `${JSON.stringify(content, null, 1)}\n`);
    });
    this.#prune();
    await this.#team.share(() => undefined);
    return final;
  }

  /**
   * The newest checkpoint (of the state after at most `upToStep` updates) whose files are all whole; `damaged` names those
   * that are not, with what is wrong.
   */
  async newest(upToStep = Infinity): Promise<{ checkpoint: Checkpoint | null; damaged: string[] }> {
    const damaged: string[] = [];
    for (const name of this.#names().reverse()) {
      if (Number(/\d+/.exec(name)![0]) > upToStep) continue;
      const folder = join(this.#folder, name);
      try {
        return { checkpoint: await readCheckpoint(folder), damaged };
      } catch (error) {
        damaged.push((error as Error).message);
      }
    }
    return { checkpoint: null, damaged };
  }

  /** Removes what an interrupted save left. */
  clean(): void {
    for (const name of readdirSync(this.#folder)) {
      if (name.endsWith(".tmp")) rmSync(join(this.#folder, name), { recursive: true, force: true });
    }
  }

  async #writeFolder(final: string, fill: (folder: string) => Promise<void>): Promise<void> {
    const temporary = `${final}.${process.pid}.tmp`;
    rmSync(temporary, { recursive: true, force: true });
    mkdirSync(temporary, { recursive: true, mode: 0o700 });
    try {
      await fill(temporary);
      syncTree(temporary);
    } catch (error) {
      // On a full disk this room is what the journal needs to tell how the run ended.
      rmSync(temporary, { recursive: true, force: true });
      throw new Error(
        `${diskSentence(`the checkpoint ${final}`, error) ?? `The checkpoint ${final} could not be written: ${(error as Error).message}.`} ` +
          "The run goes on from the newest whole one when it is resumed.",
        { cause: error },
      );
    }
    if (existsSync(final)) {
      // An older attempt's, or a damaged one: moved aside first, since a folder cannot be renamed over a full one.
      const aside = `${final}.old.tmp`;
      rmSync(aside, { recursive: true, force: true });
      renameSync(final, aside);
      renameSync(temporary, final);
      rmSync(aside, { recursive: true, force: true });
    } else {
      renameSync(temporary, final);
    }
    syncPath(this.#folder);
  }

  /** Oldest first; among equal steps the labelled one last. */
  #names(): string[] {
    return readdirSync(this.#folder)
      .filter((name) => /^step-\d+(-[\w-]+)?$/.test(name))
      .sort();
  }

  #prune(): void {
    const plain = this.#names().filter((name) => /^step-\d+$/.test(name));
    for (const name of plain.slice(0, Math.max(0, plain.length - this.#keep))) {
      rmSync(join(this.#folder, name), { recursive: true, force: true });
    }
  }
}

/** Reads and verifies one checkpoint. @throws Error naming the file that is missing, cut off or damaged. */
export async function readCheckpoint(folder: string): Promise<Checkpoint> {
  let content: CheckpointFile;
  try {
    content = JSON.parse(readFileSync(join(folder, CONTENT), "utf8")) as CheckpointFile;
  } catch {
    throw new Error(`The checkpoint ${folder} has no readable ${CONTENT}; delete the folder, an older one is used.`);
  }
  for (const [name, wanted] of Object.entries(content.files)) {
    const path = join(folder, name);
    const bytes = existsSync(path) ? statSync(path).size : -1;
    const whole = bytes === wanted.bytes && (await checksum(path)) === wanted.crc;
    if (!whole) {
      const what =
        bytes < 0 ? "is missing" : bytes === wanted.bytes ? "is damaged" : `has ${bytes} of ${wanted.bytes} bytes`;
      throw new Error(
        `The checkpoint ${folder} cannot be used: ${name} ${what}; delete the folder, an older one is used.`,
      );
    }
  }
  return { folder, step: content.state.step, state: content.state, label: content.label };
}

/** The calls of a member that does not write, in the order of the one that does. */
async function contribute(
  model: Model,
  folder: string,
  options: { readonly label: string | null; readonly reference?: Model },
): Promise<void> {
  await model.saveState(folder);
  await options.reference?.save(folder);
  if (options.label === null) return;
  await model.save(folder);
  if (hasAdapter(model)) await model.saveAdapter(folder);
}

function hasAdapter(model: Model): boolean {
  return model.parameters.some(({ name }) => name.endsWith(".lora_A.weight"));
}

const TOKENIZER_FILE =
  /^(tokenizer.*|vocab|merges|added_tokens|special_tokens_map|chat_template.*|generation_config|.*preprocessor_config)\.(json|txt|jinja)$/;

/** A Hugging Face directory: weights, config and the tokenizer's files of another one. */
export async function saveModel(model: Model, folder: string, tokenizerDirectory: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  await model.save(folder);
  for (const name of readdirSync(tokenizerDirectory).filter((entry) => TOKENIZER_FILE.test(entry))) {
    writeFileAtomically(join(folder, name), readFileSync(join(tokenizerDirectory, name), "utf8"));
  }
}

async function checksums(folder: string): Promise<Record<string, { bytes: number; crc: number }>> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  const files: Record<string, { bytes: number; crc: number }> = {};
  for (const name of names.sort()) {
    const path = join(folder, name);
    files[name.split(sep).join("/")] = { bytes: statSync(path).size, crc: await checksum(path) };
  }
  return files;
}

async function checksum(path: string): Promise<number> {
  let crc = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 22 })) crc = crc32(chunk as Buffer, crc);
  return crc;
}
