/**
 * Folders whose media may be shown, to people and to models: the data folder itself and those that somebody registered, by
 * importing a dataset, launching a run on it, or under System. A run's journal that came from elsewhere opens none.
 */
import { existsSync, realpathSync, statSync } from "node:fs";
import { isAbsolute, join, parse, sep } from "node:path";
import type { MediaRoot } from "../../contract/methods/upkeep.ts";
import type { Db } from "../store/databases.ts";
import { readPreference, writePreference } from "../store/preferences.ts";
import { listDatasets } from "./datasets.ts";

const ADOPTED = "media.adopted";

export function listMediaRoots(user: Db): MediaRoot[] {
  const datasets = listDatasets(user);
  const rows = user.prepare("SELECT path, added_at FROM media_roots ORDER BY path").all() as {
    path: string;
    added_at: number;
  }[];
  return rows.map(({ path, added_at: addedAt }) => ({
    path,
    addedAt,
    exists: existsSync(path),
    datasets: datasets.filter(({ mediaRoot }) => mediaRoot === path).map(({ name }) => name),
  }));
}

/** @throws RangeError for what is no folder, and for a whole disk. */
export function addMediaRoot(user: Db, path: string): void {
  if (!isAbsolute(path)) throw new RangeError(`"${path}" is no whole path: begin it with "/".`);
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw new RangeError(`${path} is no folder.`);
  const real = realpathSync(path);
  if (real === parse(real).root)
    throw new RangeError(`${path} is the whole disk: give the folder that holds the media.`);
  user
    .prepare("INSERT INTO media_roots (path, added_at) VALUES (?, ?) ON CONFLICT (path) DO NOTHING")
    .run(path, Date.now());
}

export function removeMediaRoot(user: Db, path: string): void {
  user.prepare("DELETE FROM media_roots WHERE path = ?").run(path);
}

/** The roots of runs that were there before folders had to be registered: taken over once. */
export function adoptMediaRoots(user: Db, roots: () => Iterable<string>): void {
  if (readPreference(user, ADOPTED) === true) return;
  for (const root of new Set(roots())) {
    try {
      addMediaRoot(user, root);
    } catch {
      // Gone, or never a folder.
    }
  }
  writePreference(user, ADOPTED, true);
}

/** Whether a path, its links followed already, lies in the data folder or under a registered root. */
export function isUnderMediaRoot(data: string, user: Db, real: string): boolean {
  const roots = user.prepare("SELECT path FROM media_roots").pluck().all() as string[];
  return [data, ...roots].some((root) => {
    try {
      return real.startsWith(join(realpathSync(root), sep));
    } catch {
      return false;
    }
  });
}
