/**
 * TFRecord framing, in which TensorBoard's event files are written: length (8 bytes), its masked CRC-32C, the record, its
 * masked CRC-32C; all little endian.
 */
import { closeSync, openSync, readSync } from "node:fs";
import { maskedCrc32c } from "./crc32c.ts";

const HEAD_BYTES = 12;
const CHUNK_BYTES = 4 * 2 ** 20;
/** Pictures and graphs are records too, and are passed over; nothing useful is longer. */
const LONGEST_RECORD_BYTES = 256 * 2 ** 20;

export class RecordError extends Error {
  /** Of the record's first byte. */
  readonly offset: number;
  constructor(offset: number, reason: string) {
    super(reason);
    this.offset = offset;
  }
}

/** Adds the frame to one record. */
export function framed(record: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + record.length + 4);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(record.length), true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(record, HEAD_BYTES);
  view.setUint32(HEAD_BYTES + record.length, maskedCrc32c(record), true);
  return bytes;
}

/**
 * The records of a file, one after the other, only valid until the next one is asked for. A torn last record, as a file
 * has that is still being written, ends the reading. @throws RecordError for a record whose sums are wrong.
 */
export function* readRecords(path: string): Generator<Uint8Array> {
  const file = openSync(path, "r");
  try {
    let buffer = new Uint8Array(CHUNK_BYTES);
    let [start, end, offset] = [0, 0, 0];
    /** Whether `bytes` from `start` on are in the buffer, which grows where it must. */
    const have = (bytes: number): boolean => {
      if (end - start >= bytes) return true;
      const larger = bytes > buffer.length ? new Uint8Array(bytes) : buffer;
      larger.set(buffer.subarray(start, end));
      buffer = larger;
      [start, end] = [0, end - start];
      for (let read = 1; read > 0 && end < bytes;) {
        read = readSync(file, buffer, end, buffer.length - end, null);
        end += read;
      }
      return end >= bytes;
    };
    while (have(HEAD_BYTES)) {
      const head = new DataView(buffer.buffer, buffer.byteOffset + start, HEAD_BYTES);
      if (head.getUint32(8, true) !== maskedCrc32c(buffer.subarray(start, start + 8))) {
        throw new RecordError(offset, "the checksum of a record's length is wrong");
      }
      const length = Number(head.getBigUint64(0, true));
      if (length > LONGEST_RECORD_BYTES) throw new RecordError(offset, `a record claims ${length} bytes`);
      if (!have(HEAD_BYTES + length + 4)) return;
      const record = buffer.subarray(start + HEAD_BYTES, start + HEAD_BYTES + length);
      const sum = new DataView(buffer.buffer, buffer.byteOffset + start + HEAD_BYTES + length, 4).getUint32(0, true);
      if (sum !== maskedCrc32c(record)) throw new RecordError(offset, "the checksum of a record is wrong");
      start += HEAD_BYTES + length + 4;
      offset += HEAD_BYTES + length + 4;
      yield record;
    }
  } finally {
    closeSync(file);
  }
}
