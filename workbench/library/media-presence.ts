/** Which media are there: by listing each folder that rows name once, not by asking for every file. */
import { readdirSync, realpathSync, statSync, type Dirent } from "node:fs";
import { join, sep } from "node:path";
import type { Db } from "../store/databases.ts";
import { MEDIA_STATES } from "./rows-database.ts";

const PRESENT = MEDIA_STATES.indexOf("present");
const MISSING = MEDIA_STATES.indexOf("missing");

/**
 * Marks media that are missing, and those that came back. A file that a link leads out of the media root to counts as
 * missing: nothing outside is read.
 */
export function markMissingMedia(
  database: Db,
  mediaRoot: string,
  onProgress: (done: number, total: number) => void = () => undefined,
): void {
  const total = database.prepare("SELECT count(*) FROM media").pluck().get() as number;
  const page = database.prepare("SELECT id, path, state FROM media WHERE path > ? ORDER BY path LIMIT 5000");
  const mark = database.prepare("UPDATE media SET state = ? WHERE id = ?");
  const folder = new FolderReader(mediaRoot);
  let done = 0;
  for (let last = ""; ;) {
    const files = page.all(last) as { id: number; path: string; state: number }[];
    if (files.length === 0) break;
    for (const { id, path, state } of files) {
      const isThere = folder.has(path);
      if (isThere && state === MISSING) mark.run(PRESENT, id);
      else if (!isThere && state !== MISSING) mark.run(MISSING, id);
    }
    last = files.at(-1)!.path;
    done += files.length;
    onProgress(done, total);
  }
}

/** Answers for paths in any order; fast when those of one folder come together. */
export class FolderReader {
  readonly #root: string | null;
  #folder: string | null = null;
  #names = new Map<string, "file" | "link">();

  constructor(mediaRoot: string) {
    this.#root = realOrNull(mediaRoot);
  }

  /** Whether the file is there and lies under the root, links followed. `path` has no `..`. */
  has(path: string): boolean {
    if (this.#root === null) return false;
    const cut = path.lastIndexOf("/");
    const folder = cut === -1 ? "" : path.slice(0, cut);
    if (folder !== this.#folder) this.#read(folder);
    const kind = this.#names.get(path.slice(cut + 1));
    return kind === "file" || (kind === "link" && this.#leadsToFile(path));
  }

  #read(folder: string): void {
    this.#folder = folder;
    this.#names = new Map();
    const real = realOrNull(join(this.#root!, folder));
    if (real === null || !this.#isInside(real)) return;
    let entries: Dirent[];
    try {
      entries = readdirSync(real, { withFileTypes: true });
    } catch {
      return;
    }
    for (const entry of entries) {
      if (entry.isFile()) this.#names.set(entry.name, "file");
      else if (entry.isSymbolicLink()) this.#names.set(entry.name, "link");
    }
  }

  #leadsToFile(path: string): boolean {
    const real = realOrNull(join(this.#root!, path));
    return real !== null && this.#isInside(real) && statSync(real).isFile();
  }

  #isInside(real: string): boolean {
    return real === this.#root || real.startsWith(join(this.#root!, sep));
  }
}

function realOrNull(path: string): string | null {
  try {
    return realpathSync(path);
  } catch {
    return null;
  }
}
