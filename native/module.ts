/** The shape of engine.node, and how it is found. */
import { createRequire } from "node:module";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type {
  Completion,
  DivergenceOptions,
  EncodeOptions,
  EngineInfo,
  Frames,
  GenerateOptions,
  InitialiseOptions,
  LoadOptions,
  MemoryReport,
  ParameterInfo,
  ScoreOptions,
  ScoredBatch,
  Scores,
  StepOptions,
  StepResult,
  StreamedToken,
} from "./types.ts";
import { EngineError } from "./types.ts";

export interface NativeCancel {
  cancel(): void;
}

export interface NativeMedia {
  describe(): {
    readonly kind: "image" | "video";
    readonly grid: readonly [number, number, number];
    readonly tokens: number;
    readonly secondsPerGrid: number;
  };
  dispose(): void;
}

export interface NativePrompt {
  readonly ids: Int32Array;
  readonly media: readonly NativeMedia[];
}

export interface NativeGroup {
  readonly prompt: NativePrompt;
  readonly completions: readonly Int32Array[];
  readonly scorePrompt: boolean;
  readonly variants?: readonly NativePrompt[];
}

export interface NativeTape {
  values(): Scores;
  backward(dLogProbs: Float32Array, dEntropy?: Float32Array, cancel?: NativeCancel): Promise<void>;
  dispose(): void;
}

export interface NativeModel {
  describe(): {
    readonly config: string;
    readonly parameterCount: number;
    readonly parameters: readonly ParameterInfo[];
  };
  weightVersion(): number;
  memory(): MemoryReport;
  encode(frames: Frames, options: EncodeOptions, cancel?: NativeCancel): Promise<NativeMedia>;
  generate(
    prompts: readonly NativePrompt[],
    options: Pick<GenerateOptions, "n" | "sampling" | "streams" | "rowsAtOnce">,
    onTokens?: (tokens: readonly StreamedToken[]) => void,
    cancel?: NativeCancel,
  ): Promise<{ readonly completions: readonly Completion[] }[]>;
  score(batch: readonly NativeGroup[], options?: ScoreOptions, cancel?: NativeCancel): Promise<ScoredBatch>;
  forward(batch: readonly NativeGroup[], options?: ScoreOptions, cancel?: NativeCancel): Promise<NativeTape>;
  step(options: StepOptions): Promise<StepResult>;
  zeroGradients(): Promise<void>;
  groupDivergence(
    batch: readonly NativeGroup[],
    options?: DivergenceOptions,
    cancel?: NativeCancel,
  ): Promise<Float32Array[]>;
  blend(other: NativeModel, decay: number): Promise<void>;
  clone(options?: { readonly trainable?: boolean }): Promise<NativeModel>;
  save(directory: string): Promise<void>;
  saveAdapter(directory: string): Promise<void>;
  saveState(directory: string): Promise<void>;
  loadState(directory: string): Promise<void>;
  readParameter(name: string): Promise<Float32Array>;
  readGradient(name: string): Promise<Float32Array>;
  trace(prompt: NativePrompt): Promise<[string, Float32Array][]>;
  dispose(): void;
}

export interface NativeEngine {
  info(): Pick<EngineInfo, "device" | "threads" | "instructionSet" | "deviceReason" | "cuda">;
  load(directory: string, options?: LoadOptions): Promise<NativeModel>;
  initialise(configText: string, options: InitialiseOptions): Promise<NativeModel>;
  resize(frames: Frames, size: { readonly height: number; readonly width: number }): Promise<Uint8Array>;
  join(library: string): Promise<{ readonly rank: number; readonly size: number }>;
  gather(own: Uint8Array): Promise<Uint8Array[]>;
  leave(): Promise<void>;
  abort(exitCode: number): void;
  dispose(): void;
}

export interface NativeModule {
  readonly Engine: new (options: {
    readonly threads: number | undefined;
    readonly instructionSet: string | undefined;
    readonly device: "cpu" | "cuda";
  }) => NativeEngine;
  readonly Cancel: new () => NativeCancel;
  processLogits(logits: Float32Array, history: Int32Array, sampling: object): Float32Array;
  mropePositions(
    runs: readonly object[],
    merge: number,
    tokensPerSecond: number,
    rule: string,
  ): { positions: [Int32Array, Int32Array, Int32Array]; next: number };
  windowPlan(
    grids: readonly (readonly number[])[],
    size: { readonly patch: number; readonly merge: number },
    windowSize: number,
  ): {
    windowIndex: Int32Array;
    windowEnds: Int32Array;
    gridEnds: Int32Array;
    rows: Int32Array;
    columns: Int32Array;
  };
  patchify(frames: Frames): Float32Array;
  adamwUpdate(tensors: object, options: object): { parameter: Float32Array; m: Float32Array; v: Float32Array };
}

/** SECONDLOOK_ENGINE, or build/ beside this file. */
export function nativePath(): string {
  return process.env.SECONDLOOK_ENGINE ?? fileURLToPath(new URL("./build/engine.node", import.meta.url));
}

let loaded: NativeModule | undefined;

/** Loads engine.node once. */
export function loadNative(): NativeModule {
  if (loaded) return loaded;
  const path = nativePath();
  if (!existsSync(path)) {
    throw new EngineError(
      "IO",
      `The native engine was not found at ${path}. Build it with \`npm run build:native\`, or name it in SECONDLOOK_ENGINE.`,
    );
  }
  try {
    loaded = createRequire(import.meta.url)(resolve(path)) as NativeModule;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new EngineError(
      "IO",
      `The native engine at ${path} does not load: ${reason}. Build it again with \`npm run build:native\`.`,
    );
  }
  return loaded;
}
