/**
 * The engine under test. Its face is native/types.ts; helpers that only tests need (patch order, filtered probabilities, one
 * AdamW step) are looked up by name, and what is not there is reported as `not yet`.
 */
import { existsSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Engine, EngineOptions, Frames } from "../../native/types.ts";

export interface EngineModule {
  openEngine(options?: EngineOptions): Promise<Engine>;
  readonly testing?: Partial<EngineTesting>;
}

/** What the engine exports beside its face, as `testing`. */
export interface EngineTesting {
  /** Normalised patch rows `[patches, 1176]` of frames whose sides are multiples of 28. */
  patchify(frames: Frames): Float32Array | Promise<Float32Array>;
  /** Probabilities after penalty, temperature, top-k, top-p and min-p. */
  processLogits(
    logits: Float32Array,
    history: Int32Array,
    settings: { temperature: number; topK: number; topP: number; minP: number; repetitionPenalty: number },
  ): Float32Array | Promise<Float32Array>;
  /** One AdamW update in place; `step` counts from 1. */
  adamw(state: AdamwState, options: AdamwOptions): void | Promise<void>;
}

export interface AdamwState {
  readonly parameter: Float32Array;
  readonly gradient: Float32Array;
  readonly mean: Float32Array;
  readonly square: Float32Array;
}

export interface AdamwOptions {
  readonly step: number;
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
}

const root = path.resolve(import.meta.dirname, "../..");

/** The engine's module, or a sentence that says why there is none. */
export async function loadEngine(): Promise<EngineModule | string> {
  const entry = path.join(root, "native/index.ts");
  if (!existsSync(entry)) return "the engine is not there yet (native/index.ts)";
  try {
    return (await import(pathToFileURL(entry).href)) as EngineModule;
  } catch (error) {
    return `the engine cannot be loaded (${(error as Error).message}): run npm run build:native`;
  }
}

let opened: Promise<Engine | string> | null = null;

/** One engine for the whole report. */
export function sharedEngine(): Promise<Engine | string> {
  opened ??= openEngine();
  return opened;
}

async function openEngine(): Promise<Engine | string> {
  const module = await loadEngine();
  return typeof module === "string" ? module : await module.openEngine({ device: "cpu", seed: 1, determinism: 1 });
}
