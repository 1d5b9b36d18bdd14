/** What a run would need of this machine's memory, before it is launched. */
import { existsSync, readFileSync } from "node:fs";
import { freemem } from "node:os";
import { join } from "node:path";
import type { MemoryCheck } from "../../contract/methods.ts";
import { availableBytes, MEMORY_FILES } from "../../science/memory/available.ts";
import { memoryRefusal } from "../../science/memory/fits.ts";
import { estimateMemory } from "../../science/memory/plan.ts";
import type { Settings } from "../../science/settings.ts";

/** Never throws: a config that cannot be read gives no estimate and the reason as its refusal. */
export function checkMemory(settings: Settings, model: string): MemoryCheck {
  const read = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");
  const available = availableBytes({
    meminfo: read(MEMORY_FILES.meminfo),
    limit: read(MEMORY_FILES.limit),
    used: read(MEMORY_FILES.used),
    free: freemem(),
  });
  try {
    const config = JSON.parse(readFileSync(join(model, "config.json"), "utf8")) as object;
    const { parameters, bytes, stages } = estimateMemory(settings, config);
    return {
      parameters,
      bytes,
      stages,
      availableBytes: available,
      refusal: memoryRefusal(settings, config, available),
    };
  } catch (error) {
    const refusal = `${model}/config.json cannot be read: ${(error as Error).message}`;
    return { parameters: 0, bytes: null, stages: [], availableBytes: available, refusal };
  }
}
