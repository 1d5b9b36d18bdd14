/**
 * Who has a device: a run that trains has it, and a session (playground, ask, replay, the endpoint) is its guest. The session
 * takes a GPU that no run trains on where there is one, works at a lower priority beside one, and gives its models back when a
 * run begins while it has nothing to do.
 */
import type { Device } from "../../contract/methods.ts";

export interface TrainingRun {
  readonly name: string;
  /** `auto`: the first GPU, else the processor. */
  readonly device: string;
}

export interface SessionLease {
  /** `cuda:1`, or null where the machine has no GPU: the processor. */
  readonly device: string | null;
  /** Runs that train on that device now, by name. */
  readonly beside: readonly string[];
}

/** The GPU with the fewest runs, the first of equals. */
export function leaseFor(devices: readonly Pick<Device, "id">[], training: readonly TrainingRun[]): SessionLease {
  const gpus = devices.map(({ id }) => id).filter((id) => id.startsWith("cuda:"));
  const onDevice = (id: string): string[] =>
    training
      .filter(({ device }) => device === id || (device === "auto" && id === (gpus[0] ?? "cpu")))
      .map(({ name }) => name);
  if (gpus.length === 0) return { device: null, beside: onDevice("cpu") };
  const device = gpus.reduce((best, id) => (onDevice(id).length < onDevice(best).length ? id : best));
  return { device, beside: onDevice(device) };
}

/** What is said to whoever asks meanwhile; null when nothing trains there. */
export function leaseText({ beside }: SessionLease): string | null {
  if (beside.length === 0) return null;
  const names = beside.map((name) => `“${name}”`).join(" and ");
  return `${names} ${beside.length === 1 ? "trains" : "train"} on this device and goes first: the answer takes longer`;
}
