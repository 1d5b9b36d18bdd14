/** Where Secondlook keeps its data: `--data`, else SECONDLOOK_DATA, else the user's data folder. */
import { accessSync, chmodSync, constants, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { diskSentence } from "../contract/disk-errors.ts";
import { DATA_FOLDER } from "../contract/run-folder.ts";

export function dataFolder(option?: string): string {
  const share = process.env["XDG_DATA_HOME"] ?? join(homedir(), ".local", "share");
  const folder = resolve(option ?? process.env["SECONDLOOK_DATA"] ?? join(share, "secondlook"));
  try {
    mkdirSync(join(folder, DATA_FOLDER.runs), { recursive: true, mode: 0o700 });
    chmodSync(folder, 0o700);
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const why = diskSentence(`The data folder ${folder}`, error);
    throw why === null ? error : new RangeError(`${why} Or choose another one with --data.`);
  }
  return folder;
}

/** Ids become folder names: no separators, no leading dot. */
export const isRunId = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name);

export const runFolder = (data: string, run: string): string => {
  if (!isRunId(run)) throw new RangeError(`"${run}" is not a run's id.`);
  return join(data, DATA_FOLDER.runs, run);
};
