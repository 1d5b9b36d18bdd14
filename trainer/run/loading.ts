/** How a run's settings have its models loaded, and whether they fit into this machine's memory. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine, LoadOptions } from "../../native/types.ts";
import { leastDeviceBytes } from "../../science/memory/available.ts";
import { memoryRefusal } from "../../science/memory/fits.ts";
import type { Members } from "../../science/memory/members.ts";
import { choicesOf, VISION_CACHE_BYTES } from "../../science/memory/plan.ts";
import type { Settings } from "../../science/settings.ts";
import { availableMemory } from "./available-memory.ts";

/** The model's `config.json`. @throws Error naming the file. */
export function readModelConfig(directory: string): object {
  const path = join(directory, "config.json");
  try {
    return JSON.parse(readFileSync(path, "utf8")) as object;
  } catch (error) {
    const reason = (error as Error).message;
    throw new Error(`${path} cannot be read (${reason}): give the folder of a Hugging Face checkpoint.`, {
      cause: error,
    });
  }
}

/** As the checkpoint stores its matrices: bfloat16 takes half the memory and loses nothing then. */
export function storedPrecision(directory: string): "float32" | "bf16" {
  const { torch_dtype, dtype } = readModelConfig(directory) as { torch_dtype?: unknown; dtype?: unknown };
  return (torch_dtype ?? dtype) === "bfloat16" ? "bf16" : "float32";
}

/** Of the policy. `seed` gives new adapters their first values. */
export function policyOptions(settings: Settings, directory: string, seed: number): LoadOptions {
  const choices = choicesOf(settings, readModelConfig(directory));
  const { precision, lora, optimizer, checkpointing, frozenVision } = choices;
  return {
    dtype: precision,
    optimiser: optimizer,
    checkpointing,
    frozen: frozenVision ? ["visual."] : [],
    visionCacheBytes: frozenVision || lora !== null ? VISION_CACHE_BYTES : 0,
    ...(lora === null ? {} : { lora: { rank: lora.rank, alpha: lora.alpha, seed } }),
  };
}

/** Of the frozen reference beside a policy that trains its weights; one with adapters is its own reference. */
export function referenceOptions(settings: Settings, directory: string, moves: boolean): LoadOptions {
  // One that moves is written to, and in steps below bfloat16's resolution.
  const dtype = moves ? "float32" : choicesOf(settings, readModelConfig(directory)).precision;
  return { dtype, trainable: false };
}

/**
 * The processes of a team share this machine's memory; where they compute on GPUs, each has one of its own. All members call.
 * @throws Error with what to change when the run cannot fit.
 */
export async function requireMemory(
  settings: Settings,
  directory: string,
  { info, team }: Pick<Engine, "info" | "team">,
): Promise<void> {
  const members: Members = { processes: team.size, gpus: info.device === "cuda" };
  const titles = await team.gather(info.cuda.devices[0] ?? "");
  await team.share(() => {
    const available = members.gpus ? leastDeviceBytes(titles, team.size) : availableMemory();
    if (available !== null) refuseTooLarge(settings, directory, available, members);
  });
}

function refuseTooLarge(settings: Settings, directory: string, available: number, members: Members): void {
  let refusal: string | null;
  try {
    refusal = memoryRefusal(settings, readModelConfig(directory), available, members);
  } catch {
    return; // not a model that can be planned for: loading it says why
  }
  if (refusal !== null) throw new Error(refusal);
}
