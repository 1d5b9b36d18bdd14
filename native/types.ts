/**
 * The engine's face: what TypeScript sees of the native engine.
 *
 * Ids in, numbers out: no text ever reaches the engine. Every long call is asynchronous, runs on the
 * engine's own threads, takes an AbortSignal and rejects with an {@link EngineError}. Shapes are given in
 * brackets, the slowest index first.
 */

export type DeviceRequest = "auto" | "cpu" | "cuda";
/** `amx`: AVX-512 with matrix products on the tile unit, from exact bfloat16 parts. */
export type InstructionSet = "amx" | "avx512" | "avx2" | "portable";

/**
 * 0 fast; 1 repeats bit for bit on one machine and thread count; 2 also across thread counts and, for what is computed of
 * a sequence, batch composition. Without the tile unit the engine always works at level 2; with it, at level 1, and
 * asking for 2 leaves the unit alone. The level that is kept stands in `info`.
 */
export type Determinism = 0 | 1 | 2;

export interface EngineOptions {
  readonly device?: DeviceRequest;
  /** Worker threads of the engine's pool; default: physical cores. */
  readonly threads?: number;
  readonly seed?: number;
  readonly determinism?: Determinism;
  /**
   * `launched`: this process is one of several that `mpirun` or a scheduler started to train one model together. On GPUs each
   * computes on the first device it sees, which must be its own.
   */
  readonly team?: "launched";
  /** Highest instruction set to use; default: SECONDLOOK_INSTRUCTION_SET, else the best the processor has. */
  readonly instructionSet?: InstructionSet | "auto";
}

export interface EngineInfo {
  readonly version: string;
  readonly device: "cpu" | "cuda";
  /** Why this device: one sentence for people, e.g. "No CUDA driver was found; running on the CPU." */
  readonly deviceReason: string;
  readonly threads: number;
  readonly instructionSet: InstructionSet;
  /** The level that is kept; at least the one asked for. */
  readonly determinism: Determinism;
  readonly cuda: { readonly compiled: boolean; readonly devices: readonly string[] };
}

/**
 * The processes that train one model together, this one included. Every member makes the same calls, on its engine's models
 * and here, in the same order. Values travel by structured clone.
 */
export interface Team {
  readonly rank: number;
  readonly size: number;
  /** Everybody's value, by rank. */
  gather<T>(own: T): Promise<T[]>;
  /** Member 0 computes; every member gets its value, or the error it ended with. */
  share<T>(compute: () => T | Promise<T>): Promise<T>;
  /** Every member computes; all get all values by rank, or the error that the first of them ended with. */
  exchange<T>(compute: () => T | Promise<T>): Promise<T[]>;
  /** The last call of every member, when all went well. */
  leave(): Promise<void>;
  /** Ends the processes of all members. */
  abort(exitCode: number): void;
}

export interface Engine {
  readonly info: EngineInfo;
  /** A team of one where `team` was not asked for. */
  readonly team: Team;
  /** Loads a Hugging Face checkpoint directory (config.json + safetensors, either key layout). */
  load(directory: string, options?: LoadOptions): Promise<Model>;
  /** A new model with random weights from a parsed Hugging Face `config.json`. */
  initialise(config: object, options: InitialiseOptions): Promise<Model>;
  /** Bicubic, antialiased, 8-bit two-pass resampling, bit for bit as Pillow's. */
  resize(frames: Frames, size: { readonly height: number; readonly width: number }): Promise<Frames>;
  dispose(): void;
}

/** Low-rank adapters on linear layers of the language model; everything else is frozen. */
export interface LoraOptions {
  /** Columns of A and B. */
  readonly rank: number;
  /** The adapter's output is multiplied by `alpha / rank`; default 2 * rank. */
  readonly alpha?: number;
  /** `alpha / sqrt(rank)` instead. */
  readonly rankStabilised?: boolean;
  /** Last parts of module names; default all seven linear layers of a block. */
  readonly targets?: readonly string[];
  /** Of the first values of A; B starts at 0. */
  readonly seed?: number;
}

export interface LoadOptions {
  /**
   * How matrices are kept. `bf16`: half the memory; frozen ones are read where they lie in the checkpoint's mapped files,
   * trainable ones beside float32 masters. Sums are float32 in both, norms and biases too.
   */
  readonly dtype?: "float32" | "bf16";
  /** What a tape keeps of a block: its input only (`always`), everything (`never`), or what fits in 3 GiB (`auto`, default). */
  readonly checkpointing?: "auto" | "always" | "never";
  /** `8bit`: the optimiser's moments in 8 bits and blocks of 256, a quarter of the memory. */
  readonly optimiser?: "float32" | "8bit";
  /**
   * Embeddings kept by content for media that are encoded again, while the vision tower stays as it is; the least
   * recently used go first. Default 0: none.
   */
  readonly visionCacheBytes?: number;
  /**
   * The same in a folder, for later processes, while the vision tower is not trained: files of at most
   * `visionCacheFolderBytes` (default 2e9), the least recently used go first. What is damaged counts as missing.
   */
  readonly visionCacheFolder?: string;
  readonly visionCacheFolderBytes?: number;
  /**
   * Keys and values of how prompts begin, kept by content while weights stay as they are: a prompt that begins like an earlier
   * one (the same system prompt and clip, say) reads only the rest. Changes no answer at determinism 2. Default 0: none.
   */
  readonly prefixCacheBytes?: number;
  /** Trains a new adapter on the frozen weights. */
  readonly lora?: LoraOptions;
  /** A PEFT folder (adapter_config.json, adapter_model.safetensors) to put on the weights and go on with. */
  readonly adapter?: string;
  /** Parameters whose name starts with one of these prefixes take no gradient, e.g. `visual.`. */
  readonly frozen?: readonly string[];
  /** False: weights only, no gradients and no optimiser state (a reference policy). Default true. */
  readonly trainable?: boolean;
  readonly positionRule?: PositionRule;
}

export interface InitialiseOptions extends LoadOptions {
  readonly seed: number;
  /** Standard deviation of linear weights is `gain / sqrt(fan_in)`; default 0.8. */
  readonly gain?: number;
  /** Standard deviation of embeddings; default 0.05. */
  readonly embeddingStd?: number;
}

/** `vllm`: text after a video goes on after the largest position of any axis (what the weights were trained with). */
export type PositionRule = "vllm" | "hf5";

/** RGB pictures, uint8, `[count, height, width, 3]`. */
export interface Frames {
  readonly data: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

export interface EncodeOptions {
  readonly kind: "image" | "video";
  /** Seconds between two temporal grids of a video; Video-R1 trains with 1.0. */
  readonly secondsPerGrid?: number;
  readonly signal?: AbortSignal;
}

/** A picture or clip known to the engine: normalised patches and, cached per weight version, its embeddings. */
export interface Media {
  readonly kind: "image" | "video";
  /** Temporal grids, patch rows, patch columns. */
  readonly grid: readonly [time: number, height: number, width: number];
  /** Placeholder tokens it takes in a prompt: `time * height * width / merge^2`. */
  readonly tokens: number;
  readonly secondsPerGrid: number;
  dispose(): void;
}

export interface Prompt {
  /** Token ids with every placeholder already repeated to its medium's `tokens`. */
  readonly ids: Int32Array;
  /** In order of appearance. */
  readonly media: readonly Media[];
}

export interface Sampling {
  readonly temperature?: number;
  readonly topP?: number;
  /** 0 turns it off. */
  readonly topK?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
  /** Takes the most likely token; ties go to the lowest id. Overrides the other settings. */
  readonly greedy?: boolean;
  readonly maxTokens: number;
  /** Generation of a row ends after one of these; it is kept as the row's last token. */
  readonly stopIds: readonly number[];
  /** Never sampled, e.g. image and video placeholders. */
  readonly bannedIds?: readonly number[];
  /** Row r of prompt i draws from a stream keyed by (seed, i, r), whatever the batch composition; see `streams`. */
  readonly seed: number;
}

export interface GenerateOptions {
  /** Completions of every prompt, or of each. */
  readonly n: number | readonly number[];
  readonly sampling: Sampling;
  /**
   * Most completions that are written at once (at least one prompt's): where one ends, the next waiting prompt takes its
   * place. Bounds memory and changes no answer. Default: all.
   */
  readonly rowsAtOnce?: number;
  /** Stream key of each prompt instead of its index, so that a prompt samples the same in any batch. */
  readonly streams?: readonly number[];
  /** Called at most 30 times a second with the tokens since the last call. */
  readonly onToken?: (tokens: readonly StreamedToken[]) => void;
  readonly signal?: AbortSignal;
}

export interface StreamedToken {
  readonly prompt: number;
  readonly completion: number;
  readonly id: number;
  readonly logProb: number;
}

export type StopReason = "stop" | "length" | "abort";

export interface Completion {
  readonly ids: Int32Array;
  /** Of the raw softmax at temperature 1, `[tokens]`, nats. */
  readonly logProbs: Float32Array;
  /** Of the filtered distribution that was sampled from, `[tokens]`. */
  readonly sampledLogProbs: Float32Array;
  /** Of the raw softmax, `[tokens]`, nats. */
  readonly entropy: Float32Array;
  readonly stopReason: StopReason;
}

export interface GeneratedGroup {
  readonly completions: readonly Completion[];
}

/**
 * A rollout group as one packed sequence: the prompt and its media once, the completions behind a block mask, all
 * starting at the same position. Equal to repeating the prompt before each completion.
 */
export interface PackedGroup {
  readonly prompt: Prompt;
  readonly completions: readonly Int32Array[];
  /** Also score the prompt's own tokens (its first token excepted) as a row before the completions. */
  readonly scorePrompt?: boolean;
  /**
   * `score()` only, with exactly one completion: prompts that begin like `prompt` (a clip with a frame changed, say), each
   * followed by that completion. What is the same up to the first difference is computed once. Each is one more row.
   */
  readonly variants?: readonly Prompt[];
}

export type Batch = readonly PackedGroup[];

/**
 * Per-token results of a batch, flat. Row k holds elements `offsets[k] .. offsets[k + 1] - 1`; rows go group by
 * group: the prompt's row where `scorePrompt` is set (ids.length - 1 values), then one row a completion, then one a variant.
 */
export interface Scores {
  readonly logProbs: Float32Array;
  readonly entropy: Float32Array;
  readonly offsets: Int32Array;
}

export interface ScoredBatch extends Scores {
  /** Tokens that went through the language model; what is shared counts once. */
  readonly rows: number;
}

export interface ScoreOptions {
  /** `score()` only. False: the base model under the adapters, which is the reference policy of a LoRA run. */
  readonly adapter?: boolean;
  /** Logits are divided by it; default 1. */
  readonly temperature?: number;
  readonly signal?: AbortSignal;
}

export interface DivergenceOptions extends ScoreOptions {
  /**
   * `kl_to_mean` (default): mean KL divergence from the mean distribution. `code_k3`: as TW-GRPO's published code, k3 to the
   * mean in log space summed over the vocabulary, log-ratios clamped to 11. `variance_of_logp`: variance over the members of
   * each token's log-probability, weighted by the token's mean probability.
   */
  readonly measure?: "kl_to_mean" | "code_k3" | "variance_of_logp";
  /** `live_only` (default): members that have ended do not count. `uniform`: they count as the uniform law. */
  readonly fill?: "live_only" | "uniform";
}

/** A forward pass with its activations kept. One backward, then it is spent. */
export interface Tape extends Scores {
  /** Adds d(loss)/d(parameter) to the gradients, from the loss's derivative with respect to each value, flat as in {@link Scores}. */
  backward(
    dLogProbs: Float32Array,
    dEntropy?: Float32Array,
    options?: { readonly signal?: AbortSignal },
  ): Promise<void>;
  dispose(): void;
}

export interface StepOptions {
  readonly learningRate: number;
  /** Maximum global gradient norm; the factor is min(1, clip / (norm + 1e-6)). 0: no clipping. */
  readonly clip?: number;
  readonly weightDecay?: number;
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  /** Leave biases and norms without decay (default). False decays everything, as the reference vectors do. */
  readonly skipNormDecay?: boolean;
}

export interface StepResult {
  /** Before clipping. */
  readonly gradientNorm: number;
  /** The gradient was not finite: nothing was changed but the gradients, which are zeroed. */
  readonly skipped: boolean;
  /** First parameter with a gradient that is not finite. */
  readonly culprit?: string;
}

/** Bytes. `byPurpose.media` counts all media of the process: they may be shown to several models. */
export interface MemoryReport {
  readonly current: number;
  readonly peak: number;
  readonly byPurpose: Readonly<Record<string, number>>;
  /** Media whose embeddings were found by content. */
  readonly visionCacheHits: number;
  /** Media whose embeddings were found in the folder. */
  readonly visionFolderHits: number;
  /** Tokens of prompts whose keys and values were found by content, and that were read; only where that is kept. */
  readonly prefixTokens: { readonly reused: number; readonly read: number };
}

export interface ParameterInfo {
  /** Hub spelling, e.g. `model.layers.0.self_attn.q_proj.weight`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly trainable: boolean;
}

export interface Model {
  /** The checkpoint's config.json, parsed. */
  readonly config: object;
  readonly parameterCount: number;
  readonly parameters: readonly ParameterInfo[];
  /** Goes up by one whenever weights change; cached embeddings and keys of older versions are not used. */
  readonly weightVersion: number;

  encode(frames: Frames, options: EncodeOptions): Promise<Media>;
  generate(prompts: readonly Prompt[], options: GenerateOptions): Promise<GeneratedGroup[]>;
  /** No gradient: a frozen reference, or the policy itself. */
  score(batch: Batch, options?: ScoreOptions): Promise<ScoredBatch>;
  forward(batch: Batch, options?: ScoreOptions): Promise<Tape>;
  /** AdamW over all trainable parameters, then gradients are zeroed. */
  step(options: StepOptions): Promise<StepResult>;
  zeroGradients(): Promise<void>;
  /**
   * TW-GRPO's spread: for each completion position, how far the group's members are from each other about the next
   * token. One Float32Array `[longest completion]` a group.
   */
  groupDivergence(batch: Batch, options?: DivergenceOptions): Promise<Float32Array[]>;
  /** weights = decay * weights + (1 - decay) * other's weights: a slowly moving reference. */
  blend(other: Model, decay: number): Promise<void>;
  /** A copy of the current weights; `trainable: false` for a frozen reference. */
  clone(options?: { readonly trainable?: boolean }): Promise<Model>;
  /** Writes config.json and model.safetensors in the hub's layout, adapters merged; loads in transformers and vLLM as it is. */
  save(directory: string): Promise<void>;
  /** The adapters alone, as PEFT reads them. */
  saveAdapter(directory: string): Promise<void>;
  /** What trains, its moments and the step count, exact; for resuming. Frozen weights come from the checkpoint. */
  saveState(directory: string): Promise<void>;
  loadState(directory: string): Promise<void>;
  /** What the engine holds for this model now and held at most. */
  memory(): MemoryReport;

  /** For tests and inspection: a copy of one parameter's values, row-major. */
  readParameter(name: string): Promise<Float32Array>;
  readGradient(name: string): Promise<Float32Array>;
  /** For tests: every named intermediate of one unpacked sequence (names as in docs/engine.md). */
  trace(prompt: Prompt): Promise<ReadonlyMap<string, Float32Array>>;
  dispose(): void;
}

export type EngineErrorCode =
  | "BAD_ARGUMENT"
  | "BAD_CHECKPOINT"
  | "UNSUPPORTED"
  | "OUT_OF_MEMORY"
  | "ABORTED"
  | "IO"
  | "DEVICE"
  | "DISPOSED"
  | "INTERNAL";

/** A sentence that says what happened, to which file or argument, and what to do. */
export class EngineError extends Error {
  readonly code: EngineErrorCode;
  constructor(code: EngineErrorCode, message: string) {
    super(message);
    this.name = "EngineError";
    this.code = code;
  }
}
