/** Scripts of the product in processes of their own: always this Node, a clean environment, and a path of the product. */
import { spawn, type ChildProcess, type SpawnOptions } from "node:child_process";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { childEnvironment } from "../contract/child-environment.ts";
import { damageOf, runtimeOf } from "../contract/runtime.ts";

/** The product's own folder: services and workers are started from it by path. */
export const PRODUCT_FOLDER = resolve(dirname(fileURLToPath(import.meta.url)), "..");

export interface ScriptOptions extends Omit<SpawnOptions, "env"> {
  /** Further options of Node. */
  readonly nodeOptions?: readonly string[];
  /** Set in the script's environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Hash of the packaged runtime that this program is; null in development. */
export const RUNTIME = runtimeOf(PRODUCT_FOLDER);

/**
 * Starts `script`, a path below the product's folder, in that folder unless `cwd` says otherwise.
 * @throws Error where a file of a packaged program is not what was packaged: nothing of it is started then.
 */
export function startScript(script: string, args: readonly string[], options: ScriptOptions): ChildProcess {
  const damage = RUNTIME === null ? null : damageOf(PRODUCT_FOLDER);
  if (damage !== null) throw new Error(damage);
  const { nodeOptions = [], environment = {}, ...rest } = options;
  return spawn(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", ...nodeOptions, join(PRODUCT_FOLDER, script), ...args],
    { cwd: PRODUCT_FOLDER, ...rest, env: { ...childEnvironment(process.env), ...environment } },
  );
}
