/** Rows of a data file as they stream in: each checked by itself, none of the file kept. */
import { isUtf8 } from "node:buffer";
import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { readRow, type RowProblem, type Sample } from "../../science/records.ts";
import { MAX_ROW_BYTES, RowSplitter, type RowPiece } from "../../science/row-splitter.ts";

/** A row that can be used or not, and where its bytes are. */
export interface StreamedRow {
  readonly row: number;
  readonly offset: number;
  readonly bytes: number;
  readonly sample: Sample | null;
  readonly problem: RowProblem | null;
}

export interface FileProgress {
  readonly bytesRead: number;
  readonly fileBytes: number;
}

const CHUNK_BYTES = 1 << 20;
/** Rows after which a file that gave none that is an object is refused as a whole. */
const LOOKED_AT = 20;

/** The file as the system sees it. @throws Error with a sentence when it cannot be read or is no file. */
export function statDataFile(file: string): { readonly bytes: number; readonly time: number } {
  const refuse = (why: string): Error =>
    new Error(`${file} cannot be imported (${why}). Give the path of a JSON or JSONL file of rows.`);
  let status;
  try {
    status = statSync(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw refuse(code === "ENOENT" ? "it is not there" : (code ?? String(error)));
  }
  if (!status.isFile()) throw refuse(status.isDirectory() ? "it is a folder" : "it is no regular file");
  if (status.size === 0) throw refuse("it is empty");
  return { bytes: status.size, time: Math.trunc(status.mtimeMs) };
}

export interface Reading {
  /** Whole paths that lie under it are taken. */
  readonly mediaRoot?: string | undefined;
  readonly onProgress?: (progress: FileProgress) => void;
  /** Ends the reading early, for a preview. */
  readonly maxBytes?: number;
}

/**
 * Every row in the order of the file.
 * @throws Error when the file cannot be read, or holds no rows at all: then nothing of it can be used.
 */
export function* streamRows(
  file: string,
  { mediaRoot, onProgress, maxBytes = Infinity }: Reading = {},
): Generator<StreamedRow> {
  const { bytes: fileBytes } = statDataFile(file);
  const descriptor = openSync(file, "r");
  try {
    const splitter = new RowSplitter();
    const chunk = new Uint8Array(CHUNK_BYTES);
    let waiting: StreamedRow[] | null = [];
    let bytesRead = 0;
    let rows = 0;
    const take = function* (pieces: Iterable<RowPiece>): Generator<StreamedRow> {
      for (const piece of pieces) {
        const row = checkPiece(piece, file, splitter.format === "lines", mediaRoot);
        rows++;
        if (waiting === null) yield row;
        else if (row.isObject) {
          yield* waiting;
          yield row;
          waiting = null;
        } else {
          waiting.push(row);
          if (waiting.length === LOOKED_AT) throw new Error(noRows(file, waiting[0]!));
        }
      }
    };
    while (bytesRead < Math.min(fstatSync(descriptor).size, maxBytes)) {
      const read = readSync(descriptor, chunk, 0, CHUNK_BYTES, bytesRead);
      if (read === 0) break;
      if (bytesRead === 0) refuseOtherEncodings(file, chunk);
      yield* take(splitter.push(chunk.subarray(0, read)));
      bytesRead += read;
      onProgress?.({ bytesRead, fileBytes });
    }
    if (bytesRead < fileBytes) return;
    yield* take(splitter.end());
    if (rows === 0) throw new Error(`${file} holds no row. Write the rows as a JSON array, or as JSONL.`);
    if (waiting !== null) throw new Error(noRows(file, waiting[0]!));
    if (splitter.format === "array" && !splitter.closed) yield cutOff(file, rows + 1, fileBytes);
  } finally {
    closeSync(descriptor);
  }
}

interface CheckedPiece extends StreamedRow {
  readonly isObject: boolean;
}

function checkPiece(piece: RowPiece, file: string, inLines: boolean, mediaRoot: string | undefined): CheckedPiece {
  const { row, offset, length: bytes } = piece;
  const bad = (reason: string, remedy: string): CheckedPiece => {
    const problem = { file, row, field: null, place: `row ${row}`, reason, remedy };
    return { row, offset, bytes, sample: null, problem, isObject: false };
  };
  if (piece.bytes === null) {
    const limit = MAX_ROW_BYTES / 2 ** 20;
    return bad(`it is longer than ${limit} MB`, "Look for a missing quote or bracket there, or take the row out.");
  }
  if (!isUtf8(piece.bytes)) {
    const remedy = "Save the file as UTF-8, or take the row out.";
    return { ...bad("it holds bytes that are not UTF-8", remedy), isObject: beginsAnObject(piece.bytes) };
  }
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(piece.bytes.buffer, piece.bytes.byteOffset, bytes).toString("utf8"));
  } catch (error) {
    const remedy = "Correct the row's quotes, commas and brackets, or take it out of the file.";
    return bad(`not valid JSON (${(error as Error).message.slice(0, 200)})`, remedy);
  }
  const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
  const result = readRow(value, file, row, { mediaRoot });
  const sample = result.kind === "sample" ? result.sample : null;
  const isWrapper = inLines && row === 1 && isObject && sample === null;
  const list = isWrapper ? listInside(value as Record<string, unknown>) : null;
  if (list !== null) throw new Error(listUnder(file, list));
  return { row, offset, bytes, sample, problem: result.kind === "problem" ? result.problem : null, isObject };
}

function beginsAnObject(bytes: Uint8Array): boolean {
  const first = bytes.find((byte) => byte > 0x20);
  return first === 0x7b;
}

/** The field that holds the rows, where the file is one object with a list of objects in it. */
function listInside(value: Record<string, unknown>): string | null {
  if (["problem", "problem_id", "question", "conversations", "messages"].some((name) => name in value)) return null;
  const found = Object.entries(value).find(([, inner]) => Array.isArray(inner) && typeof inner[0] === "object");
  return found?.[0] ?? null;
}

const listUnder = (file: string, field: string): string =>
  `${file} is one JSON object with its rows under ${JSON.stringify(field)}, not a list of rows. ` +
  `Write that list alone into a file (for example: jq '.${field}' FILE > rows.json) and import that.`;

function noRows(file: string, first: StreamedRow): string {
  return (
    `${file} is neither a JSON list of rows nor one JSON object a line; its first row: ${first.problem?.reason ?? ""}. ` +
    "Write the rows as a JSON array, or as JSONL with one row a line."
  );
}

function refuseOtherEncodings(file: string, head: Uint8Array): void {
  const mark = `${head[0]},${head[1]}`;
  if (mark !== "255,254" && mark !== "254,255") return;
  throw new Error(
    `${file} is UTF-16, but rows must be UTF-8. Save it as UTF-8 (for example: iconv -f UTF-16 -t UTF-8).`,
  );
}

function cutOff(file: string, row: number, offset: number): StreamedRow {
  const reason = "the list is not closed with ]: the file was cut off, and rows after this place are missing";
  const remedy = "Copy or download the file again, and compare its size.";
  const problem = { file, row, field: null, place: `row ${row}`, reason, remedy };
  return { row, offset, bytes: 0, sample: null, problem };
}
