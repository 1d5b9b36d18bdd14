/** The engine under test, opened once for the whole report. Where it is not built, its rows are `not yet`. */
import type * as native from "../../native/index.ts";
import { MissingInput } from "./report.ts";

export type EngineModule = typeof native;

/** The engine's module, or a sentence that says why there is none. */
export async function loadEngine(): Promise<EngineModule | string> {
  try {
    const module = await import("../../native/index.ts");
    module.patchify({ data: new Uint8Array(28 * 28 * 3), count: 1, height: 28, width: 28 });
    return module;
  } catch (error) {
    return `the engine cannot be loaded (${(error as Error).message})`;
  }
}

let device: "cpu" | "cuda" = "cpu";
let opened: Promise<native.Engine | string> | null = null;

/** Where the report's engine computes. Throws MissingInput where there is no such device. */
export async function useDevice(wanted: "cpu" | "cuda"): Promise<void> {
  device = wanted;
  if (wanted === "cpu") return;
  try {
    await sharedEngine();
  } catch (error) {
    throw new MissingInput((error as Error).message);
  }
}

/** One engine for the whole report. */
export function sharedEngine(): Promise<native.Engine | string> {
  opened ??= openEngine();
  return opened;
}

async function openEngine(): Promise<native.Engine | string> {
  const module = await loadEngine();
  return typeof module === "string" ? module : await module.openEngine({ device, seed: 1, determinism: 1 });
}

/** Ends the engine's threads, which would keep the process alive. */
export async function closeEngine(): Promise<void> {
  const engine = await opened;
  if (engine !== null && typeof engine !== "string") engine.dispose();
  opened = null;
}
