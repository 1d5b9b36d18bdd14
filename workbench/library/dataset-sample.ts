/** One row whole: the record as it stands in the file, its prompts, its medium, and rows that share something with it. */
import { closeSync, openSync, readSync } from "node:fs";
import type { DatasetSample, SampleUse } from "../../contract/methods.ts";
import { PROMPT_TEMPLATES, userText } from "../../science/prompts.ts";
import { readRow, type Sample } from "../../science/records.ts";
import { changeOf } from "./dataset-summaries.ts";
import type { OpenDataset } from "./dataset-library.ts";
import type { StoredRow } from "./dataset-rows.ts";
import type { RegisteredDataset } from "./datasets.ts";
import { readFacts } from "./rows-database.ts";

const MOST_OTHERS = 50;

/** @throws RangeError for a row that the dataset does not have. */
export function readSample(
  { dataset, rows, readRow: storedRow }: OpenDataset,
  row: number,
  addressOf: (path: string) => string | null,
  uses: (stored: StoredRow) => readonly SampleUse[],
): DatasetSample {
  const stored = storedRow(row);
  if (!stored) throw new RangeError(`Row ${row} of "${dataset.name}" cannot be used; the list of problems says why.`);
  const { offset, bytes, mediaId, content, ...shown } = stored;
  const record = changeOf(dataset, readFacts(rows)) === null ? readRecord(dataset.file, offset, bytes) : null;
  const sample = record === null ? null : parse(record, dataset, row);
  const medium = rows
    .prepare(
      "SELECT bytes, hash AS contentHash, frames, fps AS framesPerSecond, reason, remedy FROM media WHERE id = ?",
    )
    .get(mediaId) as DatasetSample["mediaFile"];
  const others = (sql: string, ...values: (string | number)[]): number[] =>
    rows
      .prepare(`SELECT row FROM rows WHERE row <> ? AND ${sql} ORDER BY row LIMIT ${MOST_OTHERS}`)
      .pluck()
      .all(row, ...values) as number[];
  const sameContent = "media IN (SELECT id FROM media WHERE id = ? OR hash = (SELECT hash FROM media WHERE id = ?))";
  return {
    ...shown,
    mediaUrl: shown.media === "missing" ? null : addressOf(shown.path),
    options: sample?.options ?? [],
    solution: sample?.solution ?? "",
    process: sample?.process ?? null,
    record,
    prompts: sample === null ? [] : promptsOf(sample),
    mediaFile: medium,
    sameMedium: others(sameContent, mediaId, mediaId),
    sameRow: others(`content = ? AND ${sameContent}`, content, mediaId, mediaId),
    uses: uses(stored),
  };
}

function readRecord(file: string, offset: number, bytes: number): string | null {
  const buffer = Buffer.alloc(bytes);
  try {
    const descriptor = openSync(file, "r");
    try {
      if (readSync(descriptor, buffer, 0, bytes, offset) !== bytes) return null;
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return null;
  }
  return buffer.toString("utf8").trim();
}

function parse(record: string, { file, mediaRoot }: RegisteredDataset, row: number): Sample | null {
  try {
    const result = readRow(JSON.parse(record), file, row, { mediaRoot });
    return result.kind === "sample" ? result.sample : null;
  } catch {
    return null;
  }
}

function promptsOf(sample: Sample): DatasetSample["prompts"] {
  return Object.values(PROMPT_TEMPLATES).map((template) => {
    return { template: template.name, system: template.system, text: userText(sample, template) };
  });
}
