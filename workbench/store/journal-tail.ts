/** Reads whole lines of a growing journal from a byte offset on. A torn last line waits for its end. */
import { closeSync, fstatSync, openSync, readSync } from "node:fs";

export interface JournalLine {
  readonly text: string;
  /** Byte offset of the line's first byte. */
  readonly offset: number;
}

export interface JournalChunk {
  readonly lines: readonly JournalLine[];
  /** Offset after the last whole line. */
  readonly end: number;
}

export const CHUNK_BYTES = 4 * 1024 * 1024;
/** No event is nearly as long; a file that has no lines at all must not fill the memory. */
const LONGEST_LINE_BYTES = 64 * 1024 * 1024;

/** At most about 4 MiB of whole lines; empty when nothing whole has been added since `offset`. */
export function readJournalChunk(path: string, offset: number, chunkBytes = CHUNK_BYTES): JournalChunk {
  const file = openSync(path, "r");
  try {
    // No larger than what is there: megabytes for each of ten thousand small journals keep the collector busy.
    let buffer: Buffer = Buffer.allocUnsafe(Math.min(chunkBytes, Math.max(1, fstatSync(file).size - offset)));
    let filled = readSync(file, buffer, 0, buffer.length, offset);
    let lastNewline = buffer.subarray(0, filled).lastIndexOf(10);
    // One line longer than the chunk: grow until it ends or the file does.
    while (lastNewline < 0 && filled === buffer.length) {
      if (filled >= LONGEST_LINE_BYTES)
        throw new RangeError(
          `${path} has a line of more than ${LONGEST_LINE_BYTES / 1024 / 1024} MiB at byte ${offset}: that is no journal. Remove the line.`,
        );
      buffer = Buffer.concat([buffer, Buffer.allocUnsafe(buffer.length)]);
      filled += readSync(file, buffer, filled, buffer.length - filled, offset + filled);
      lastNewline = buffer.subarray(0, filled).lastIndexOf(10);
    }
    const lines: JournalLine[] = [];
    let start = 0;
    while (start <= lastNewline) {
      const end = buffer.indexOf(10, start);
      if (end > start) lines.push({ text: buffer.toString("utf8", start, end), offset: offset + start });
      start = end + 1;
    }
    return { lines, end: offset + lastNewline + 1 };
  } finally {
    closeSync(file);
  }
}

/** Whether the byte before `offset` ends a line: false when the file is not the one that was read up to there. */
export function endsALine(path: string, offset: number): boolean {
  if (offset === 0) return true;
  const file = openSync(path, "r");
  try {
    const byte = Buffer.alloc(1);
    return readSync(file, byte, 0, 1, offset - 1) === 1 && byte[0] === 10;
  } finally {
    closeSync(file);
  }
}
