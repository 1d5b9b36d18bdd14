/** What a run would need of this machine's memory, or of its GPUs', before it is launched. */
import { existsSync, readFileSync } from "node:fs";
import { freemem } from "node:os";
import { join } from "node:path";
import type { MemoryCheck } from "../../contract/methods.ts";
import { availableBytes, leastDeviceBytes, MEMORY_FILES } from "../../science/memory/available.ts";
import { memoryRefusal } from "../../science/memory/fits.ts";
import { ONE_PROCESS } from "../../science/memory/members.ts";
import { estimateMemory } from "../../science/memory/plan.ts";
import type { Settings } from "../../science/settings.ts";

export interface RunPlace {
  readonly processes: number;
  /** Names of the GPUs that it would compute on, as the engine gives them; null: it computes on the processor. */
  readonly gpus: readonly string[] | null;
}

const HERE: RunPlace = { processes: ONE_PROCESS.processes, gpus: null };

/** Never throws: a config that cannot be read gives no estimate and the reason as its refusal. */
export function checkMemory(settings: Settings, model: string, { processes, gpus }: RunPlace = HERE): MemoryCheck {
  const members = { processes, gpus: gpus !== null };
  const available = gpus === null ? machineBytes() : leastDeviceBytes(gpus, processes);
  const known = { ...members, availableBytes: available };
  try {
    const config = JSON.parse(readFileSync(join(model, "config.json"), "utf8")) as object;
    const { parameters, bytes, allBytes, stages } = estimateMemory(settings, config, members);
    const refusal = available === null ? null : memoryRefusal(settings, config, available, members);
    return { ...known, parameters, bytes, allBytes, stages, refusal: refusal ?? tooFew(gpus, processes) };
  } catch (error) {
    const refusal = `${model}/config.json cannot be read: ${(error as Error).message}`;
    return { ...known, parameters: 0, bytes: null, allBytes: null, stages: [], refusal };
  }
}

function tooFew(gpus: readonly string[] | null, processes: number): string | null {
  if (gpus === null || gpus.length >= processes) return null;
  return (
    `The run asks for ${processes} processes with a GPU each; GPUs from the chosen one on: ${gpus.length}. ` +
    "Ask for fewer processes, choose an earlier GPU, or compute on the processor."
  );
}

function machineBytes(): number {
  const read = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");
  return availableBytes({
    meminfo: read(MEMORY_FILES.meminfo),
    limit: read(MEMORY_FILES.limit),
    used: read(MEMORY_FILES.used),
    free: freemem(),
  });
}
