/** A look at the beginning of a file before it is imported. */
import { existsSync, readdirSync } from "node:fs";
import { dirname, isAbsolute, join } from "node:path";
import type { DatasetPreview, DatasetProblem, DatasetRow } from "../../contract/methods.ts";
import type { Sample } from "../../science/records.ts";
import { FolderReader } from "./media-presence.ts";
import { statDataFile, streamRows } from "./read-rows.ts";

const READ_BYTES = 4 * 2 ** 20;
const SHOWN_ROWS = 8;
const LOOKED_AT_ROWS = 200;
const LOOKED_FOR_MEDIA = 20;
const LOOKED_IN_FOLDERS = 200;

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
    for (const { row, sample, problem } of streamRows(file, { mediaRoot, maxBytes: READ_BYTES })) {
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
    suggestedMediaRoot: found > 0 || refusal !== null ? null : suggestMediaRoot(file),
  };
}

function previewRow(row: number, sample: Sample, isThere: boolean): DatasetRow {
  const { id, question, problemType, dataType, answer, path } = sample;
  const nothing = { durationSec: null, width: null, height: null, mediaUrl: null };
  const media = isThere ? "present" : "missing";
  const hasTrace = sample.process !== undefined;
  return { row, id, question, problemType, dataType, source: sample.task, answer, path, hasTrace, media, ...nothing };
}

/**
 * Where a file's media are: the file's own folder, the one above, or a folder in either (Video-R1 puts them into
 * `Video-R1-data` beside the file); for whole paths the folder that they share. Null when none is found.
 */
export function suggestMediaRoot(file: string): string | null {
  const paths = firstPaths(file, undefined);
  const isThere = (root: string): boolean => paths.some((path) => new FolderReader(root).has(path));
  const near = [dirname(file), dirname(dirname(file))].flatMap((folder) => [folder, ...foldersIn(folder)]);
  const found = paths.length > 0 ? near.find(isThere) : undefined;
  return found ?? sharedFolder(firstPaths(file, "/").filter((path) => !paths.includes(path) && existsSync(`/${path}`)));
}

function firstPaths(file: string, mediaRoot: string | undefined): string[] {
  const paths: string[] = [];
  let looked = 0;
  for (const { sample } of streamRows(file, { mediaRoot, maxBytes: READ_BYTES })) {
    if (sample) paths.push(sample.path);
    if (++looked === LOOKED_AT_ROWS || paths.length === LOOKED_FOR_MEDIA) break;
  }
  return paths;
}

function foldersIn(folder: string): string[] {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    const folders = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith("."));
    return folders.slice(0, LOOKED_IN_FOLDERS).map(({ name }) => join(folder, name));
  } catch {
    return [];
  }
}

/** Of paths without their leading "/"; null for the whole disk. */
function sharedFolder(paths: readonly string[]): string | null {
  if (paths.length === 0) return null;
  const folders = paths.map((path) => dirname(`/${path}`).split("/"));
  const shared = folders.reduce((common, parts) => {
    const differs = common.findIndex((part, place) => part !== parts[place]);
    return differs === -1 ? common : common.slice(0, differs);
  });
  return shared.length < 2 ? null : shared.join("/");
}
