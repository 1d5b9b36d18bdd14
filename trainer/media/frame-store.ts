/**
 * The frame store: what a model saw, kept by content. A frame is `<folder>/<first two of hash>/<hash>.png`, named by the
 * sha256 of its raw RGB bytes, written once and never changed. Its time of change says when somebody last looked at it: who
 * removes the frames of old runs leaves those alone that a run may be about to name.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readFile, rename, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decodePng, encodePng } from "./png.ts";

export class FrameStore {
  readonly #folder: string;
  readonly #known = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  path(hash: string): string {
    return join(this.#folder, hash.slice(0, 2), `${hash}.png`);
  }

  /** Keeps a frame `[height, width, 3]` and returns its hash. Nothing is written where it is there already. */
  async put(rgb: Uint8Array, width: number, height: number): Promise<string> {
    const hash = createHash("sha256").update(rgb).digest("hex");
    if (this.#known.has(hash)) return hash;
    const path = this.path(hash);
    if (!(await touched(path))) {
      await mkdir(join(this.#folder, hash.slice(0, 2)), { recursive: true, mode: 0o700 });
      const temporary = `${path}.${randomUUID()}.tmp`;
      await writeFile(temporary, encodePng(rgb, width, height), { mode: 0o600 });
      await rename(temporary, path);
    }
    this.#known.add(hash);
    return hash;
  }

  /** The frame's pixels, checked against its name; null when it is not there or is damaged. */
  async get(hash: string): Promise<{ rgb: Uint8Array; width: number; height: number } | null> {
    try {
      const path = this.path(hash);
      if (!this.#known.has(hash)) await touched(path);
      const frame = decodePng(await readFile(path));
      return createHash("sha256").update(frame.rgb).digest("hex") === hash ? frame : null;
    } catch {
      return null;
    }
  }
}

/** Notes that a frame was looked at; whether it is there. One that cannot be noted, as in a folder of others, is there too. */
async function touched(path: string): Promise<boolean> {
  const now = new Date();
  return utimes(path, now, now).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== "ENOENT",
  );
}
