/** How much memory is left, from what Linux says; whoever may read files passes their texts. */

export interface SystemMemory {
  /** `/proc/meminfo`; empty where there is none. */
  readonly meminfo: string;
  /** `memory.max` and `memory.current` of the control group; empty where there is none. */
  readonly limit: string;
  readonly used: string;
  /** `os.freemem()`, where the rest is missing. */
  readonly free: number;
}

/** The files that {@link SystemMemory} is made of. */
export const MEMORY_FILES = {
  meminfo: "/proc/meminfo",
  limit: "/sys/fs/cgroup/memory.max",
  used: "/sys/fs/cgroup/memory.current",
} as const;

/** Bytes that a new process may take: what the system can give, or what its control group leaves if that is less. */
export function availableBytes({ meminfo, limit, used, free }: SystemMemory): number {
  const available = /MemAvailable:\s+(\d+) kB/.exec(meminfo);
  const system = available === null ? free : 1024 * Number(available[1]);
  const left = Number.parseInt(limit, 10) - Number.parseInt(used, 10);
  return Number.isFinite(left) ? Math.max(0, Math.min(system, left)) : system;
}

/** Bytes of a GPU by the engine's name for it, "NVIDIA H200 (140 GiB)"; null where it does not say. */
export function deviceBytes(title: string): number | null {
  const gibibytes = /\((\d+) GiB\)$/.exec(title);
  return gibibytes === null ? null : Number(gibibytes[1]) * 2 ** 30;
}

/** Of the first `processes` GPUs, the least that one has; null where there are not so many or one does not say. */
export function leastDeviceBytes(titles: readonly string[], processes: number): number | null {
  const sizes = titles.slice(0, processes).map(deviceBytes);
  if (sizes.length < processes || sizes.includes(null)) return null;
  return Math.min(...sizes.map((size) => size!));
}
