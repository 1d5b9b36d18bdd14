/**
 * A packaged app runs its service and workers from a copy below the data folder, `<data>/runtime/<hash>/`: an update, a
 * removed package or an unmounted image then takes nothing away from a run that is going on.
 */
import { cp, mkdir, readFile, rename, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DATA_FOLDER } from "../contract/run-folder.ts";
import { damageOf, RUNTIME_MANIFEST, runtimeHash } from "../contract/runtime.ts";

/**
 * The copy of `source` for a data folder, made at first use.
 * @throws a sentence when the copy cannot be made or is not what was packaged.
 */
export async function copiedRuntime(source: string, data: string): Promise<string> {
  const hash = runtimeHash(await readFile(join(source, RUNTIME_MANIFEST), "utf8"));
  const folder = join(data, DATA_FOLDER.runtime);
  const target = join(folder, hash);
  if (existsSync(join(target, RUNTIME_MANIFEST))) return target;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unfinished = join(folder, `${hash}.${process.pid}.tmp`);
  try {
    await rm(unfinished, { recursive: true, force: true });
    await cp(source, unfinished, { recursive: true });
    const damage = damageOf(unfinished);
    if (damage !== null) throw new Error(damage);
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
