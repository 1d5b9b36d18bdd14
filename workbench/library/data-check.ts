/** Looks at the files of a launch before it starts: are they there, and do their first rows make sense? */
import { existsSync, readFileSync, statSync } from "node:fs";
import type { DataFileCheck } from "../../contract/methods.ts";
import { readRows } from "../../science/records.ts";

/** Beyond this only the size is said: reading the file would hold the service up. */
const READ_BYTES = 32 * 2 ** 20;

/** One row a file, in the order given; `mediaRoot` must be a folder. */
export function checkData(data: Readonly<Record<string, string | undefined>>): DataFileCheck[] {
  return Object.entries(data).flatMap(([name, path]): DataFileCheck[] => {
    if (path === undefined || path === "") return [];
    const status = existsSync(path) ? statSync(path) : null;
    const found = { name, path, bytes: status?.size ?? 0, rows: null };
    if (status === null) return [{ ...found, problem: `${path} is not there: correct the path.` }];
    if (name === "mediaRoot") {
      return [
        {
          ...found,
          bytes: 0,
          problem: status.isDirectory()
            ? null
            : `${path} is no folder: give the folder that the rows' paths start from.`,
        },
      ];
    }
    if (!status.isFile()) return [{ ...found, problem: `${path} is no file: give a JSON or JSONL file of rows.` }];
    if (status.size > READ_BYTES) return [{ ...found, problem: null }];
    return [{ ...found, ...readAll(path) }];
  });
}

function readAll(path: string): { rows: number; problem: string | null } {
  let [rows, first, bad] = [0, "", 0];
  for (const result of readRows(readFileSync(path, "utf8"), path)) {
    if (result.kind === "sample") rows++;
    else if (bad++ === 0) first = `${result.problem.place}: ${result.problem.reason}. ${result.problem.remedy}`;
  }
  if (bad === 0) return { rows, problem: rows > 0 ? null : `${path} holds no row: put rows into it.` };
  const some = bad === 1 ? "1 row" : `${bad} rows`;
  return { rows, problem: rows > 0 ? `${some} will be left out. ${first}` : `No row can be used. ${first}` };
}
