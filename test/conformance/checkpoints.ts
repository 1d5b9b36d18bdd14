/** Which checkpoint folders a reference folder holds. */
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";

/** Folders directly inside that have a `config.json`, sorted by name. */
export function checkpointFolders(directory: string): string[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(path.join(directory, entry.name, "config.json")))
    .map((entry) => entry.name)
    .sort();
}
