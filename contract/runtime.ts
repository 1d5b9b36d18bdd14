/** The files of a packaged runtime with their hashes: `runtime.json` in its folder, made when the app is packaged. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const RUNTIME_MANIFEST = "runtime.json";

export interface RuntimeManifest {
  /** sha256 by path with slashes. */
  readonly files: Readonly<Record<string, string>>;
}

const sha256 = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");

/** Name of the runtime that a manifest describes. */
export const runtimeHash = (manifest: string): string => sha256(manifest).slice(0, 16);

/** Hash of the runtime in a folder; null where the folder is none, as in development. */
export function runtimeOf(folder: string): string | null {
  const file = join(folder, RUNTIME_MANIFEST);
  return existsSync(file) ? runtimeHash(readFileSync(file, "utf8")) : null;
}

/** A sentence on the first file that is missing or is not what was packaged; null when all are. */
export function damageOf(folder: string): string | null {
  const { files } = JSON.parse(readFileSync(join(folder, RUNTIME_MANIFEST), "utf8")) as RuntimeManifest;
  for (const [path, hash] of Object.entries(files)) {
    const file = join(folder, path);
    const found = existsSync(file) ? sha256(readFileSync(file)) : null;
    if (found !== hash)
      return `${file} ${found === null ? "is missing" : "was changed since it was packaged"}: install Secondlook again.`;
  }
  return null;
}
