/** Pure pieces of the engine, callable by themselves: for tests, for the conformance command and for inspection. */
import { asEngineError } from "./failures.ts";
import { loadNative } from "./module.ts";
import type { Frames, PositionRule, Sampling } from "./types.ts";

function call<T>(body: () => T): T {
  try {
    return body();
  } catch (error) {
    throw asEngineError(error);
  }
}

/**
 * The distribution `[vocabulary]` that sampling draws from: repetition penalty over `history`, bans, temperature,
 * top-k, top-p, min-p, in this order.
 */
export function processLogits(
  logits: Float32Array,
  history: Int32Array,
  sampling: Partial<Omit<Sampling, "maxTokens" | "stopIds" | "seed">>,
): Float32Array {
  return call(() => loadNative().processLogits(logits, history, { ...sampling, maxTokens: 1, stopIds: [], seed: 0 }));
}

/** A run of text, or one medium by its patch grid `[time, height, width]`. */
export type PositionRun =
  | { readonly tokens: number }
  | { readonly grid: readonly [number, number, number]; readonly video: boolean; readonly secondsPerGrid?: number };

export interface PositionOptions {
  /** Default 2. */
  readonly merge?: number;
  /** 0: one position per temporal grid (Qwen2-VL). */
  readonly tokensPerSecond: number;
  readonly rule?: PositionRule;
}

/** M-RoPE positions of a sequence, `[axis][token]`, and where its completions go on. */
export function mropePositions(
  runs: readonly PositionRun[],
  options: PositionOptions,
): { readonly positions: readonly [Int32Array, Int32Array, Int32Array]; readonly next: number } {
  return call(() =>
    loadNative().mropePositions(runs, options.merge ?? 2, options.tokensPerSecond, options.rule ?? "vllm"),
  );
}

export interface WindowPlan {
  readonly windowIndex: Int32Array;
  /** `cu_window_seqlens` and `cu_seqlens` of the reference. */
  readonly windowEnds: Int32Array;
  readonly gridEnds: Int32Array;
  /** Per patch, in patch order: its row and column for the rotary embedding. */
  readonly rows: Int32Array;
  readonly columns: Int32Array;
}

/** The vision tower's window order and attention segments for patch grids `[time, height, width]`. */
export function windowPlan(
  grids: readonly (readonly [number, number, number])[],
  options: { readonly patch?: number; readonly merge?: number; readonly windowSize: number },
): WindowPlan {
  return call(() =>
    loadNative().windowPlan(grids, { patch: options.patch ?? 14, merge: options.merge ?? 2 }, options.windowSize),
  );
}

/** Normalised patches `[patches, 1176]` of frames whose sides are multiples of 28. */
export function patchify(frames: Frames): Float32Array {
  return call(() => loadNative().patchify(frames));
}

export interface AdamwTensors {
  readonly parameter: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
}

export interface AdamwOptions {
  readonly learningRate: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly weightDecay?: number;
  /** 1 for the first. */
  readonly step: number;
  /** Clipping factor, applied to the gradient first; default 1. */
  readonly gradientScale?: number;
}

/** One AdamW step of one tensor; returns new arrays. */
export function adamwUpdate(tensors: AdamwTensors, gradient: Float32Array, options: AdamwOptions): AdamwTensors {
  return call(() => loadNative().adamwUpdate({ ...tensors, gradient }, options));
}
