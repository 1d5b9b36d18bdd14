/**
 * Cuts the bytes of a JSON array or of JSONL into its rows while they stream in, so that a file of any size needs the
 * memory of one row. The rules are those of `records.ts`, which has the whole text: cut at the commas between elements, a
 * string never spans lines, so that one broken row costs only itself.
 */

export interface RowPiece {
  /** Counted from 1. */
  readonly row: number;
  /** Of the piece's first byte, white space before the row included. */
  readonly offset: number;
  readonly length: number;
  /** Null when the row is longer than the limit. Only valid until the next bytes are pushed. */
  readonly bytes: Uint8Array | null;
}

/** Far above any real row. */
export const MAX_ROW_BYTES = 8 * 2 ** 20;

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

export class RowSplitter {
  /** Known after the first byte that is no white space. */
  format: "array" | "lines" | null = null;
  /** Whether the `]` at the end of an array was seen: without it the file was cut off. */
  closed = false;
  readonly #limit: number;
  #row = 0;
  /** Of the next byte to be pushed. */
  #offset = 0;
  #start = 0;
  #kept: Uint8Array[] = [];
  #length = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #blank = true;

  /** `limit` in bytes a row. */
  constructor(limit = MAX_ROW_BYTES) {
    this.#limit = limit;
  }

  /** The rows that end in these bytes. */
  *push(chunk: Uint8Array): Generator<RowPiece> {
    let from = 0;
    if (this.format === null) {
      if (this.#offset === 0 && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) from = 3;
      while (from < chunk.length && isSpace(chunk[from]!)) from++;
      if (from < chunk.length) {
        this.format = chunk[from] === OPEN_LIST ? "array" : "lines";
        if (this.format === "array") from++;
      }
      this.#start = this.#offset + from;
    }
    if (this.format === "array") from = yield* this.#elements(chunk, from);
    else if (this.format === "lines") from = yield* this.#lines(chunk, from);
    if (!this.closed) this.#keep(chunk, from, chunk.length);
    this.#offset += chunk.length;
  }

  /** What is left when the file ends. */
  *end(): Generator<RowPiece> {
    if (!this.closed && !this.#blank) yield this.#take(new Uint8Array(0), 0, 0);
  }

  /** Where in the chunk the row begins that does not end in it. */
  *#elements(chunk: Uint8Array, from: number): Generator<RowPiece, number> {
    let depth = this.#depth;
    let inString = this.#inString;
    let blank = this.#blank;
    let at = from;
    if (this.#escaped) at++;
    this.#escaped = false;
    for (; at < chunk.length && !this.closed; at++) {
      const byte = chunk[at]!;
      if (inString) {
        if (byte === BACKSLASH) {
          at++;
          this.#escaped = at === chunk.length;
        } else if (byte === QUOTE || byte === NEWLINE) inString = false;
      } else if (byte === QUOTE) {
        inString = true;
        blank = false;
      } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        depth++;
        blank = false;
      } else if ((byte === CLOSE_OBJECT || byte === CLOSE_LIST) && depth > 0) depth--;
      else if (depth === 0 && (byte === COMMA || byte === CLOSE_LIST)) {
        this.closed = byte === CLOSE_LIST;
        if (byte === COMMA || !blank) yield this.#take(chunk, from, at);
        from = at + 1;
        this.#start = this.#offset + from;
        blank = true;
      } else if (!isSpace(byte)) blank = false;
    }
    this.#depth = depth;
    this.#inString = inString;
    this.#blank = blank;
    return from;
  }

  *#lines(chunk: Uint8Array, from: number): Generator<RowPiece, number> {
    for (;;) {
      const newline = chunk.indexOf(NEWLINE, from);
      const end = newline === -1 ? chunk.length : newline;
      for (let at = from; this.#blank && at < end; at++) this.#blank = isSpace(chunk[at]!);
      if (newline === -1) return from;
      if (!this.#blank) yield this.#take(chunk, from, newline);
      this.#kept = [];
      this.#length = 0;
      from = newline + 1;
      this.#start = this.#offset + from;
      this.#blank = true;
    }
  }

  #keep(chunk: Uint8Array, from: number, to: number): void {
    if (to <= from) return;
    this.#length += to - from;
    if (this.#length <= this.#limit) this.#kept.push(chunk.slice(from, to));
    else this.#kept = [];
  }

  #take(chunk: Uint8Array, from: number, to: number): RowPiece {
    const length = this.#length + to - from;
    let bytes: Uint8Array | null = null;
    if (length <= this.#limit) {
      bytes = chunk.subarray(from, to);
      if (this.#length > 0) {
        const whole = new Uint8Array(length);
        let filled = 0;
        for (const part of [...this.#kept, bytes]) {
          whole.set(part, filled);
          filled += part.length;
        }
        bytes = whole;
      }
    }
    this.#kept = [];
    this.#length = 0;
    return { row: ++this.#row, offset: this.#start, length, bytes };
  }
}
