/** A look at the beginning of a file before it is imported. */
import { existsSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { DatasetPreview, DatasetProblem, DatasetRow } from "../../contract/methods.ts";
import type { Sample } from "../../science/records.ts";
import { FolderReader } from "./media-presence.ts";
import { statDataFile, streamRows } from "./read-rows.ts";

const READ_BYTES = 4 * 2 ** 20;
const SHOWN_ROWS = 8;
const LOOKED_AT_ROWS = 200;

/** Never throws for what is wrong with the file: that is the answer. */
export function previewFile(file: string, mediaRoot: string | undefined): DatasetPreview {
  const nothing = { fileBytes: 0, rows: [], problems: [], suggestedMediaRoot: null, mediaFound: 0 };
  if (!isAbsolute(file)) return { ...nothing, refusal: `"${file}" is no whole path: begin it with "/".` };
  const samples: { row: number; sample: Sample }[] = [];
  const problems: DatasetProblem[] = [];
  let fileBytes = 0;
  let refusal: string | null = null;
  try {
    fileBytes = statDataFile(file).bytes;
    for (const { row, sample, problem } of streamRows(file, () => undefined, READ_BYTES)) {
      if (sample) samples.push({ row, sample });
      if (problem) {
        problems.push({ row, field: problem.field, reason: problem.reason, remedy: problem.remedy });
      }
      if (samples.length + problems.length >= LOOKED_AT_ROWS) break;
    }
  } catch (error) {
    refusal = (error as Error).message;
  }
  const paths = samples.map(({ sample }) => sample.path);
  const there = new FolderReader(mediaRoot ?? "");
  const found = mediaRoot === undefined ? 0 : paths.filter((path) => there.has(path)).length;
  return {
    fileBytes,
    refusal,
    rows: samples
      .slice(0, SHOWN_ROWS)
      .map(({ row, sample }) => previewRow(row, sample, mediaRoot !== undefined && there.has(sample.path))),
    problems: problems.slice(0, 20),
    mediaFound: found,
    suggestedMediaRoot: found > 0 ? null : suggestRoot(file, paths),
  };
}

function previewRow(row: number, sample: Sample, isThere: boolean): DatasetRow {
  const { id, question, problemType, dataType, answer, path } = sample;
  const nothing = { durationSec: null, width: null, height: null, mediaUrl: null };
  const media = isThere ? "present" : "missing";
  const hasTrace = sample.process !== undefined;
  return { row, id, question, problemType, dataType, source: sample.task, answer, path, hasTrace, media, ...nothing };
}

/** The file's own folder or one near it, if media are found there: Video-R1 puts them into `Video-R1-data` beside the file. */
function suggestRoot(file: string, paths: readonly string[]): string | null {
  const first = paths.slice(0, 20);
  const near = [dirname(file), dirname(dirname(file))].flatMap((folder) => {
    return [folder, ...["Video-R1-data", "data", "media", "videos"].map((name) => join(folder, name))];
  });
  return near.find((root) => existsSync(root) && first.some((path) => new FolderReader(root).has(path))) ?? null;
}
