/**
 * A packaged app runs its service and workers from a copy below the data folder, `<data>/runtime/<hash>/`: an update, a
 * removed package or an unmounted image then takes nothing away from a run that is going on.
 */
import { createHash } from "node:crypto";
import { constants, createReadStream, existsSync } from "node:fs";
import { copyFile, mkdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { DATA_FOLDER } from "../contract/run-folder.ts";
import { damageOf, RUNTIME_MANIFEST, runtimeHash, type RuntimeManifest } from "../contract/runtime.ts";

/** Files copied at the same moment. */
const COPIES_AT_ONCE = 8;

/** Copies one file, and says what is wrong when the copy is not what was packaged. */
async function copyChecked(from: string, to: string, wanted: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  // Read in pieces: the window stays alive meanwhile.
  const hash = createHash("sha256");
  await pipeline(createReadStream(to), hash);
  if (hash.digest("hex") !== wanted) throw new Error(`${from} was changed since it was packaged`);
}

/** Copies what `manifest` lists, and nothing else that may lie beside it; the manifest comes last. */
async function copyFiles(source: string, target: string, manifest: string): Promise<void> {
  const queue = Object.entries((JSON.parse(manifest) as RuntimeManifest).files);
  const work = async (): Promise<void> => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      const [path, hash] = next;
      await copyChecked(join(source, path), join(target, path), hash);
    }
  };
  await Promise.all(Array.from({ length: COPIES_AT_ONCE }, work));
  await copyFile(join(source, RUNTIME_MANIFEST), join(target, RUNTIME_MANIFEST));
}

/** Name of the copy that a packaged program is run from. */
export const nameOfRuntime = async (source: string): Promise<string> =>
  runtimeHash(await readFile(join(source, RUNTIME_MANIFEST), "utf8"));

/**
 * The copy of `source` for a data folder, made at first use.
 * @throws a sentence when the copy cannot be made or is not what was packaged.
 */
export async function copiedRuntime(source: string, data: string): Promise<string> {
  const manifest = await readFile(join(source, RUNTIME_MANIFEST), "utf8");
  const hash = runtimeHash(manifest);
  const folder = join(data, DATA_FOLDER.runtime);
  const target = join(folder, hash);
  if (existsSync(join(target, RUNTIME_MANIFEST))) return target;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unfinished = join(folder, `${hash}.${process.pid}.tmp`);
  try {
    await rm(unfinished, { recursive: true, force: true });
    await copyFiles(source, unfinished, manifest);
    await rename(unfinished, target);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    // Another window that opened at the same moment may have made it.
    if (existsSync(join(target, RUNTIME_MANIFEST))) return target;
    throw new Error(
      `The program could not be copied from ${source} to ${target} (${(error as Error).message}). ` +
        "Make room in the data folder, or install Secondlook again.",
      { cause: error },
    );
  }
  return target;
}

/**
 * Puts a copy aside that is not what was packaged (a power cut while it was written, a disk's fault), so that the next
 * call makes it anew. Whether there was one.
 */
export async function putDamagedAside(copy: string): Promise<boolean> {
  if (!existsSync(join(copy, RUNTIME_MANIFEST)) || damageOf(copy) === null) return false;
  // What still runs from it keeps its open files.
  const aside = `${copy}.damaged`;
  await rm(aside, { recursive: true, force: true });
  await rename(copy, aside);
  await rm(aside, { recursive: true, force: true });
  return true;
}
