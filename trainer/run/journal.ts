/**
 * Writes a run's journal: token bytes first, then the lines that name them. Events are gathered in memory and reach the
 * disk, synced, with {@link Journal.flush}, which the stages await before they apply the next update.
 */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { diskSentence } from "../../contract/disk-errors.ts";
import { JOURNAL_VERSION, type EventBody, type TokenBlock } from "../../contract/journal.ts";
import { RUN_FOLDER } from "../../contract/run-folder.ts";
import { scanJournal, type JournalScan } from "./journal-scan.ts";

/** Per-token arrays of one rollout, all of one length; `ids` first. */
export interface TokenChannelArrays {
  readonly ids: Int32Array;
  readonly [channel: string]: Int32Array | Float32Array;
}

export class Journal {
  /** What earlier attempts left. */
  readonly before: JournalScan;
  readonly attempt: number;
  /** Newest step of this attempt. */
  lastStep = 0;
  /** -1: muted. */
  readonly #lines: number;
  readonly #tokens: number;
  readonly #folder: string;
  #seq = 0;
  #tokenEnd: number;
  #pendingLines: string[] = [];
  #pendingBlocks: Buffer[] = [];
  #closed = false;

  /** Opens or creates the journal of a rank: a torn last line and token bytes that no line names are cut off first. */
  static async open(runFolder: string, rank = 0): Promise<Journal> {
    const journalPath = join(runFolder, RUN_FOLDER.journal(rank));
    const tokensPath = join(runFolder, RUN_FOLDER.tokens(rank));
    const scan = await scanJournal(journalPath);
    return new Journal(runFolder, scan, { journalPath, tokensPath });
  }

  /** Takes events and writes nothing: of a member of a team that follows the one with the journal. */
  static muted(runFolder: string, before: JournalScan): Journal {
    return new Journal(runFolder, before, null);
  }

  private constructor(
    folder: string,
    scan: JournalScan,
    paths: { readonly journalPath: string; readonly tokensPath: string } | null,
  ) {
    this.before = scan;
    this.#folder = folder;
    this.attempt = scan.lastAttempt + 1;
    if (paths === null) {
      this.#lines = this.#tokens = -1;
      this.#tokenEnd = 0;
      this.#closed = true;
      return;
    }
    const { journalPath, tokensPath } = paths;
    this.#lines = openSync(journalPath, "a", 0o600);
    this.#tokens = openSync(tokensPath, "a", 0o600);
    ftruncateSync(this.#lines, scan.wholeBytes);
    if (statSync(tokensPath).size > scan.tokenBytes) ftruncateSync(this.#tokens, scan.tokenBytes);
    this.#tokenEnd = statSync(tokensPath).size;
  }

  /** Adds an event; it is on disk after the next {@link flush}. Numbers that are not finite become null. */
  append(body: EventBody): void {
    if (body.type === "step") this.lastStep = body.step;
    if (this.#lines < 0) return;
    const envelope = { v: JOURNAL_VERSION, attempt: this.attempt, seq: this.#seq++, time: Date.now() };
    this.#pendingLines.push(`${JSON.stringify({ ...envelope, ...body })}\n`);
  }

  /** Adds per-token arrays and says where they will lie. */
  appendTokens(channels: TokenChannelArrays): TokenBlock {
    const names = Object.keys(channels);
    const arrays = names.map((name) => channels[name]!);
    const count = channels.ids.length;
    if (names[0] !== "ids" || arrays.some((array) => array.length !== count)) {
      throw new RangeError(`Token channels ${names.join(", ")} must start with ids and all hold ${count} values.`);
    }
    const block = Buffer.concat(arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)));
    const offset = this.#tokenEnd;
    this.#tokenEnd += block.length;
    if (this.#lines >= 0) this.#pendingBlocks.push(block);
    return { offset, bytes: block.length, crc: crc32(block), count, channels: names };
  }

  /** Brings everything so far to disk: bytes, then lines. @throws a sentence where the disk does not take them. */
  flush(): void {
    if (this.#closed) return;
    try {
      if (this.#pendingBlocks.length > 0) {
        writeWhole(this.#tokens, Buffer.concat(this.#pendingBlocks));
        this.#pendingBlocks = [];
        fsyncSync(this.#tokens);
      }
      if (this.#pendingLines.length > 0) {
        writeWhole(this.#lines, Buffer.from(this.#pendingLines.join("")));
        this.#pendingLines = [];
        fsyncSync(this.#lines);
      }
    } catch (error) {
      throw new Error(whyNotWritten(this.#folder, error), { cause: error });
    }
  }

  close(): void {
    if (this.#closed) return;
    this.flush();
    this.#closed = true;
    closeSync(this.#lines);
    closeSync(this.#tokens);
  }
}

/** Splits metrics into what JSON can hold and the names of those that are not finite. */
export function finiteMetrics(metrics: Readonly<Record<string, number>>): {
  metrics: Record<string, number | null>;
  nonFinite?: string[];
} {
  const nonFinite = Object.keys(metrics).filter((name) => !Number.isFinite(metrics[name]));
  const safe = Object.fromEntries(
    Object.entries(metrics).map(([name, value]) => [name, Number.isFinite(value) ? value : null]),
  );
  return nonFinite.length === 0 ? { metrics: safe } : { metrics: safe, nonFinite };
}

/** All or nothing: a part that a full disk still took is taken back, so that writing again puts it where it belongs. */
function writeWhole(descriptor: number, bytes: Buffer): void {
  const start = fstatSync(descriptor).size;
  try {
    for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
  } catch (error) {
    ftruncateSync(descriptor, start);
    throw error;
  }
}

function whyNotWritten(folder: string, error: unknown): string {
  const why =
    diskSentence(`the journal in ${folder}`, error) ??
    `The journal in ${folder} could not be written (${(error as Error).message}). Check the disk.`;
  return `${why} Nothing of what is in it is lost: the run goes on from its newest checkpoint when it is resumed.`;
}
