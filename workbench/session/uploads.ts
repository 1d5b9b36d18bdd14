/** Media that a window has and the service has not: written piece by piece, kept for a week. */
import { appendFileSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";

const MOST_BYTES = 2 * 2 ** 30;
const KEPT_MS = 7 * 24 * 60 * 60_000;
const EXTENSION = /^\.[a-z0-9]{1,5}$/;

export interface UploadPiece {
  /** Of the window's choice, the same for all pieces. */
  readonly upload: string;
  readonly name: string;
  readonly base64: string;
  readonly last: boolean;
}

export const uploadsFolder = (data: string): string => join(data, DATA_FOLDER.uploads, "window");

/** The file's path after its last piece, null before. @throws RangeError for a file without an extension or too large. */
export function takePiece(data: string, { upload, name, base64, last }: UploadPiece): string | null {
  const folder = uploadsFolder(data);
  const extension = extname(name).toLowerCase();
  if (!EXTENSION.test(extension)) throw new RangeError(`${name} has no extension: name it like clip.mp4.`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const part = join(folder, `${upload}.part`);
  appendFileSync(part, Buffer.from(base64, "base64"), { mode: 0o600 });
  if (statSync(part).size > MOST_BYTES) {
    rmSync(part);
    throw new RangeError(`${name} is larger than 2 GiB: put it under a media root and name its path.`);
  }
  if (!last) return null;
  const file = join(folder, `${upload}${extension}`);
  renameSync(part, file);
  removeOld(folder);
  return file;
}

function removeOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (Date.now() - statSync(path).mtimeMs > KEPT_MS) rmSync(path, { force: true });
  }
}
