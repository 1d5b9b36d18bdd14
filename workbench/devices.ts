/** The devices that a run can be started on. */
import { cpus, totalmem } from "node:os";
import type { Device } from "../contract/methods.ts";
import { askEngine } from "./doctor.ts";

let known: Promise<Omit<Device, "busyWith">[]> | null = null;

/** The engine is asked once: a machine's devices stay. */
export function askDevices(): Promise<Omit<Device, "busyWith">[]> {
  known ??= find();
  return known;
}

/** Names of the GPUs that a run on `device` ("cuda", "cuda:1") may use, from that one on; null for the processor. */
export async function gpusOf(device = "auto"): Promise<string[] | null> {
  const first = /^cuda(?::(\d+))?$/.exec(device);
  if (first === null) return null;
  const gpus = (await askDevices()).filter(({ id }) => id.startsWith("cuda"));
  return gpus.slice(Number(first[1] ?? 0)).map(({ title }) => title);
}

async function find(): Promise<Omit<Device, "busyWith">[]> {
  const { info } = await askEngine();
  const memory = `${(totalmem() / 1e9).toFixed(0)} GB of memory`;
  const processor = cpus()[0]?.model.trim() ?? "Processor";
  const threads = info ? `${info.threads} threads, ${info.instructionSet}, ` : "";
  const gpus = (info?.cuda.devices ?? []).map((title, index) => ({
    id: `cuda:${index}`,
    title,
    detail: "NVIDIA GPU",
  }));
  return [...gpus, { id: "cpu", title: processor, detail: threads + memory }];
}
