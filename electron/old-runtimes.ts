/**
 * Copies of the program (`runtime.ts`) that an update left behind: removed once the present one has started, when nothing
 * runs from them any more. A run that began before the update keeps its copy until it has ended.
 */
import { readdir, readFile, readlink, realpath, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join, sep } from "node:path";
import { DATA_FOLDER, RUN_FOLDER, type Lease } from "../contract/run-folder.ts";
import { RUNTIME_MANIFEST } from "../contract/runtime.ts";

const COPY = /^[0-9a-f]{16}$/;
/** What copying, mending or removing leaves when it is killed, and what Node compiled of a copy. */
const LEFTOVER = /^[0-9a-f]{16}\.(\d+\.tmp|damaged|old)$/;
export const COMPILED = ".compiled";
/** Nothing takes that long to copy. */
const LEFTOVER_MS = 24 * 60 * 60_000;

/**
 * Removes copies that are older than `present`, a copy's name, and that no living process runs from; returns their names.
 * Where processes cannot be seen (another system, a run of another machine on a shared folder) everything stays.
 */
export async function removeOldRuntimes(data: string, present: string): Promise<readonly string[]> {
  const folder = join(data, DATA_FOLDER.runtime);
  const names = await readdir(folder).catch(() => []);
  const presentMs = await changedMs(join(folder, present, RUNTIME_MANIFEST));
  if (presentMs === null) return [];
  for (const name of names.filter((one) => LEFTOVER.test(one))) {
    const at = await changedMs(join(folder, name));
    if (at !== null && Date.now() - at > LEFTOVER_MS) await rm(join(folder, name), { recursive: true, force: true });
  }
  const old: string[] = [];
  for (const name of names.filter((one) => COPY.test(one) && one !== present)) {
    const at = await changedMs(join(folder, name, RUNTIME_MANIFEST));
    if (at === null || at < presentMs) old.push(name);
  }
  if (old.length === 0 || (await isSharedWithOthers(data))) return [];
  const removed: string[] = [];
  for (const name of old) if (await removeUnused(folder, name)) removed.push(name);
  return removed;
}

async function removeUnused(folder: string, name: string): Promise<boolean> {
  const aside = `${name}.old`;
  if (await isInUse(folder, [name])) return false;
  await rm(join(folder, aside), { recursive: true, force: true });
  await rename(join(folder, name), join(folder, aside));
  // Somebody may have started it in between: from here on nobody can.
  if (await isInUse(folder, [name, aside])) {
    await rename(join(folder, aside), join(folder, name));
    return false;
  }
  for (const gone of [aside, name + COMPILED]) await rm(join(folder, gone), { recursive: true, force: true });
  return true;
}

/** Whether a process runs a program of these copies. Where no process can be seen, one may. */
async function isInUse(folder: string, names: readonly string[]): Promise<boolean> {
  const processes = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  if (processes.length === 0) return true;
  const folders = [folder, await realpath(folder)].flatMap((one) => names.map((name) => join(one, name) + sep));
  const uses = await Promise.all(
    processes.map(async (pid) => {
      // The second one can be read of other users' processes too.
      const program = await readlink(`/proc/${pid}/exe`).catch(() => "");
      const words = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      return [program, ...words.split("\0")].some((path) => folders.some((one) => path.startsWith(one)));
    }),
  );
  return uses.includes(true);
}

/** Whether a worker of another machine writes a run here: what it runs from cannot be seen. */
async function isSharedWithOthers(data: string): Promise<boolean> {
  const runs = join(data, DATA_FOLDER.runs);
  for (const run of await readdir(runs).catch(() => [])) {
    const lease = await readFile(join(runs, run, RUN_FOLDER.lease), "utf8").catch(() => null);
    if (lease === null) continue;
    try {
      if ((JSON.parse(lease) as Lease).host !== hostname()) return true;
    } catch {
      // Torn: nobody holds it.
    }
  }
  return false;
}

const changedMs = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
