/**
 * The frame store: what a model saw, kept by content. A frame is `<folder>/<first two of hash>/<hash>.png`, named by the
 * sha256 of its raw RGB bytes, written once and never changed.
 */
import { createHash, randomUUID } from "node:crypto";
import { access, mkdir, readFile, rename, writeFile } from "node:fs/promises";
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
    if (!(await exists(path))) {
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
      const frame = decodePng(await readFile(this.path(hash)));
      return createHash("sha256").update(frame.rgb).digest("hex") === hash ? frame : null;
    } catch {
      return null;
    }
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
