/** Looks at the files of a launch before it starts: are they there, do their rows make sense, and are their media there? */
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { DataFileCheck } from "../../contract/methods.ts";
import { readRows } from "../../science/records.ts";

/** Beyond this only the size is said: reading the file would hold the service up. */
const READ_BYTES = 32 * 2 ** 20;
/** Media of each file that are looked for: enough to notice a wrong folder. */
const MEDIA_LOOKED_FOR = 50;

type Files = Readonly<Record<string, string | undefined>>;
interface Rows extends Pick<DataFileCheck, "rows" | "traces" | "problem" | "usable"> {
  /** Of the first rows, relative to the media root. */
  readonly media: readonly string[];
}

/** One row a file, in the order given; `mediaRoot` must be a folder in which the rows' media lie. */
export function checkData(data: Files): DataFileCheck[] {
  const media: string[] = [];
  const entries = Object.entries(data).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const files = entries.map(([name, path]): DataFileCheck => {
    const status = existsSync(path) ? statSync(path) : null;
    const found = { name, path, bytes: status?.size ?? 0, rows: null, traces: null, usable: false };
    if (status === null) return { ...found, problem: `${path} is not there: correct the path.` };
    if (name === "mediaRoot") return { ...found, bytes: 0, usable: true, problem: null };
    if (!status.isFile()) return { ...found, problem: `${path} is no file: give a JSON or JSONL file of rows.` };
    if (status.size > READ_BYTES) return { ...found, usable: true, problem: null };
    const { media: ofRows, ...rows } = readAll(path, data["mediaRoot"]);
    media.push(...ofRows);
    return { ...found, ...rows };
  });
  return files.map((file) =>
    file.name === "mediaRoot" && file.usable ? { ...file, ...checkRoot(file.path, media) } : file,
  );
}

function checkRoot(root: string, media: readonly string[]): Pick<DataFileCheck, "problem" | "usable"> {
  if (!statSync(root).isDirectory()) {
    return { usable: false, problem: `${root} is no folder: give the folder that the rows' paths start from.` };
  }
  const missing = media.filter((path) => !existsSync(join(root, path)));
  if (missing.length === 0) return { usable: true, problem: null };
  const some = missing.length === media.length ? "None" : `Only ${media.length - missing.length}`;
  const problem = `${some} of the ${media.length} media looked for are under ${root}; missing for example ${missing[0]}.`;
  return missing.length < media.length
    ? { usable: true, problem }
    : { usable: false, problem: `${problem} Give the folder that the rows' paths start from.` };
}

function readAll(path: string, mediaRoot: string | undefined): Rows {
  let [rows, traces, first, bad] = [0, 0, "", 0];
  const media: string[] = [];
  for (const result of readRows(readFileSync(path, "utf8"), path, { mediaRoot })) {
    if (result.kind === "sample") {
      rows++;
      if (result.sample.process) traces++;
      if (media.length < MEDIA_LOOKED_FOR) media.push(result.sample.path);
    } else if (bad++ === 0) first = `${result.problem.place}: ${result.problem.reason}. ${result.problem.remedy}`;
  }
  const found = { rows, traces, media, usable: rows > 0 };
  if (bad === 0) return { ...found, problem: rows > 0 ? null : `${path} holds no row: put rows into it.` };
  const some = bad === 1 ? "1 row" : `${bad} rows`;
  return { ...found, problem: rows > 0 ? `${some} will be left out. ${first}` : `No row can be used. ${first}` };
}
