/** Writes a journal and its token blocks as a run worker does, without a worker: for tests and for the window's development. */
import { appendFileSync, existsSync, mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { JOURNAL_VERSION, type EventBody, type TokenBlock } from "../../contract/journal.ts";
import { RUN_FOLDER } from "../../contract/run-folder.ts";

/** One rollout's per-token arrays: `ids` and float channels of the same length. */
export interface TokenArrays {
  readonly ids: readonly number[];
  readonly channels: Readonly<Record<string, readonly number[]>>;
}

/** An open journal of one rank and attempt. Lines wait in memory until {@link JournalWriter.flush}. */
export class JournalWriter {
  readonly #journal: string;
  readonly #tokens: string;
  readonly #attempt: number;
  #sequence = 0;
  #tokenOffset: number;
  #lines: string[] = [];
  #blocks: Buffer[] = [];

  constructor(runFolder: string, attempt = 1, rank = 0) {
    mkdirSync(runFolder, { recursive: true, mode: 0o700 });
    this.#journal = join(runFolder, RUN_FOLDER.journal(rank));
    this.#tokens = join(runFolder, RUN_FOLDER.tokens(rank));
    this.#attempt = attempt;
    this.#tokenOffset = existsSync(this.#tokens) ? statSync(this.#tokens).size : 0;
  }

  /** Adds an event with its envelope. */
  write(body: EventBody, time: number): void {
    const event = { v: JOURNAL_VERSION, attempt: this.#attempt, seq: this.#sequence++, time, ...body };
    this.#lines.push(JSON.stringify(event) + "\n");
  }

  /** Adds a token block; the answer goes into the rollout's event. */
  tokens(arrays: TokenArrays): TokenBlock {
    const names = Object.keys(arrays.channels);
    const count = arrays.ids.length;
    const block = Buffer.alloc(4 * count * (1 + names.length));
    arrays.ids.forEach((id, position) => block.writeInt32LE(id, 4 * position));
    names.forEach((name, row) => {
      arrays.channels[name]!.forEach((value, position) =>
        block.writeFloatLE(value, 4 * ((row + 1) * count + position)),
      );
    });
    const offset = this.#tokenOffset;
    this.#tokenOffset += block.length;
    this.#blocks.push(block);
    return { offset, bytes: block.length, crc: crc32(block), count, channels: ["ids", ...names] };
  }

  /** Appends what waits: token bytes first, then the lines that name them. */
  flush(): void {
    if (this.#blocks.length > 0) appendFileSync(this.#tokens, Buffer.concat(this.#blocks));
    if (this.#lines.length > 0) appendFileSync(this.#journal, this.#lines.join(""));
    this.#blocks = [];
    this.#lines = [];
  }
}
