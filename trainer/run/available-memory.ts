/** Bytes that this process may still take. */
import { existsSync, readFileSync } from "node:fs";
import { freemem } from "node:os";
import { availableBytes, MEMORY_FILES } from "../../science/memory/available.ts";

export function availableMemory(): number {
  const read = (path: string): string => (existsSync(path) ? readFileSync(path, "utf8") : "");
  return availableBytes({
    meminfo: read(MEMORY_FILES.meminfo),
    limit: read(MEMORY_FILES.limit),
    used: read(MEMORY_FILES.used),
    free: freemem(),
  });
}
