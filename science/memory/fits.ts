/** Whether a run fits, and if not, the one change that makes most room. */
import type { Settings, SettingValue } from "../settings.ts";
import { ONE_PROCESS, type Members } from "./members.ts";
import { estimateMemory, type MemoryEstimate } from "./plan.ts";

/** Bytes for people. */
export function inGigabytes(bytes: number): string {
  const gigabytes = bytes / 1e9;
  return `${gigabytes < 10 ? gigabytes.toFixed(1) : gigabytes.toFixed(0)} GB`;
}

interface Remedy {
  readonly setting: string;
  readonly value: SettingValue;
  readonly apply: (settings: Settings) => Settings;
}

const REMEDIES: readonly Remedy[] = [
  { setting: "model.checkpointing", value: "always", apply: (s) => withModel(s, { checkpointing: "always" }) },
  { setting: "vision.freeze", value: true, apply: (s) => ({ ...s, freezeVision: true }) },
  { setting: "model.precision", value: "bf16", apply: (s) => withModel(s, { precision: "bf16" }) },
  { setting: "model.optimizer", value: "8bit", apply: (s) => withModel(s, { optimizer: "8bit" }) },
  { setting: "model.lora", value: 16, apply: (s) => withModel(s, { lora: { rank: 16, alpha: 32 } }) },
];

/** More GPUs of one machine than this are not proposed. */
const MOST_GPUS = 8;

/**
 * Null when it fits; else a sentence that says what is missing and what to change. `availableBytes` are the machine's, which
 * all processes share, or those of the smallest GPU where each process has one of its own.
 */
export function memoryRefusal(
  settings: Settings,
  config: object,
  availableBytes: number,
  members: Members = ONE_PROCESS,
): string | null {
  const estimate = estimateMemory(settings, config, members);
  if (counted(estimate) <= availableBytes) return null;
  const { stage, byPurpose, bytes, allBytes } = largestStage(estimate);
  const [purpose, most] = Object.entries(byPurpose).reduce((a, b) => (b[1] > a[1] ? b : a));
  const { processes, gpus } = members;
  const much =
    processes === 1
      ? `about ${inGigabytes(bytes)} of memory`
      : gpus
        ? `about ${inGigabytes(bytes)} of memory on each of ${processes} GPUs`
        : `about ${inGigabytes(bytes)} of memory in each of ${processes} processes, ${inGigabytes(allBytes)} in all`;
  const there = gpus
    ? `the ${processes === 1 ? "GPU" : "smallest"} has ${inGigabytes(availableBytes)}`
    : `${inGigabytes(availableBytes)} are free`;
  const need = `Stage ${stage} needs ${much}, but ${there}; most of it is ${NAMES[purpose] ?? purpose} (${inGigabytes(most)}).`;
  return `${need} ${advice(settings, config, availableBytes, members)}`;
}

/** What must fit: each device by itself, or all processes of the machine together. */
function counted({ members, bytes, allBytes }: MemoryEstimate): number {
  return members.gpus ? bytes : allBytes;
}

const NAMES: Readonly<Record<string, string>> = {
  weights: "the weights",
  gradients: "gradients",
  optimiser: "the optimiser's moments",
  reference: "the reference model",
  activations: "activations",
  keyValueCache: "cached keys and values",
  media: "pictures and clips",
};

/** One change that is enough, else all of them together, else a smaller model or machine. */
function advice(settings: Settings, config: object, availableBytes: number, members: Members): string {
  const needs = (changed: Settings, by = members): number => counted(estimateMemory(changed, config, by));
  const say = ({ setting, value }: Remedy): string => `${setting} to ${String(value)}`;
  if (members.gpus) {
    for (let processes = members.processes + 1; processes <= MOST_GPUS; processes++) {
      const bytes = needs(settings, { ...members, processes });
      if (bytes <= availableBytes) return `Use ${processes} GPUs: each then needs about ${inGigabytes(bytes)}.`;
    }
  } else if (members.processes > 1 && needs(settings, ONE_PROCESS) <= availableBytes) {
    return `Use one process: it needs about ${inGigabytes(needs(settings, ONE_PROCESS))}.`;
  }
  for (const remedy of REMEDIES) {
    const bytes = needs(remedy.apply(settings));
    if (bytes <= availableBytes) return `Set ${say(remedy)}: it then needs about ${inGigabytes(bytes)}.`;
  }
  let changed = settings;
  const used: Remedy[] = [];
  for (const remedy of [...REMEDIES].reverse()) {
    const next = remedy.apply(changed);
    if (needs(next) >= needs(changed)) continue;
    changed = next;
    used.push(remedy);
    if (needs(changed) <= availableBytes)
      return `Set ${used.map(say).join(", ")}: it then needs about ${inGigabytes(needs(changed))}.`;
  }
  const shorter =
    "fewer frames (vision.maxFrames), shorter answers (sampling.maxTokens) or smaller groups (rl.groupSize)";
  return `Even ${used.map(say).join(", ")} leave it at ${inGigabytes(needs(changed))}: use ${shorter}, a smaller model or a larger machine.`;
}

function largestStage(estimate: MemoryEstimate): MemoryEstimate["stages"][number] {
  return estimate.stages.reduce((a, b) => (b.bytes > a.bytes ? b : a));
}

function withModel(settings: Settings, model: Partial<Settings["model"]>): Settings {
  return { ...settings, model: { ...settings.model, ...model } };
}
