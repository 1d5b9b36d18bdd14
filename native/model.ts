/** Models, media and tapes as TypeScript sees them: thin wrappers around native handles. */
import { cancellable, translated } from "./failures.ts";
import type { NativeGroup, NativeMedia, NativeModel, NativePrompt, NativeTape } from "./module.ts";
import type {
  Batch,
  DivergenceOptions,
  EncodeOptions,
  Frames,
  GenerateOptions,
  GeneratedGroup,
  Media,
  MemoryReport,
  Model,
  ParameterInfo,
  Prompt,
  ScoreOptions,
  ScoredBatch,
  StepOptions,
  StepResult,
  StreamedToken,
  Tape,
} from "./types.ts";
import { EngineError } from "./types.ts";

export class EngineMedia implements Media {
  readonly kind: "image" | "video";
  readonly grid: readonly [time: number, height: number, width: number];
  readonly tokens: number;
  readonly secondsPerGrid: number;
  readonly native: NativeMedia;

  constructor(native: NativeMedia) {
    const description = native.describe();
    this.native = native;
    this.kind = description.kind;
    this.grid = description.grid;
    this.tokens = description.tokens;
    this.secondsPerGrid = description.secondsPerGrid;
  }

  dispose(): void {
    this.native.dispose();
  }
}

class EngineTape implements Tape {
  readonly logProbs: Float32Array;
  readonly entropy: Float32Array;
  readonly offsets: Int32Array;
  readonly #native: NativeTape;

  constructor(native: NativeTape) {
    const values = native.values();
    this.#native = native;
    this.logProbs = values.logProbs;
    this.entropy = values.entropy;
    this.offsets = values.offsets;
  }

  backward(
    dLogProbs: Float32Array,
    dEntropy?: Float32Array,
    options?: { readonly signal?: AbortSignal },
  ): Promise<void> {
    return cancellable(options?.signal, (cancel) => this.#native.backward(dLogProbs, dEntropy, cancel));
  }

  dispose(): void {
    this.#native.dispose();
  }
}

export class EngineModel implements Model {
  readonly config: object;
  readonly parameterCount: number;
  readonly parameters: readonly ParameterInfo[];
  readonly #native: NativeModel;

  constructor(native: NativeModel) {
    const description = native.describe();
    this.#native = native;
    this.config = JSON.parse(description.config) as object;
    this.parameterCount = description.parameterCount;
    this.parameters = description.parameters;
  }

  get weightVersion(): number {
    return this.#native.weightVersion();
  }

  encode(frames: Frames, options: EncodeOptions): Promise<Media> {
    return cancellable(
      options.signal,
      async (cancel) => new EngineMedia(await this.#native.encode(frames, options, cancel)),
    );
  }

  async generate(prompts: readonly Prompt[], options: GenerateOptions): Promise<GeneratedGroup[]> {
    // An error thrown by the caller's own onToken must not reach native code: it is kept and thrown here.
    const failures: unknown[] = [];
    const { onToken, signal, ...rest } = options;
    const onTokens = onToken && ((tokens: readonly StreamedToken[]): void => catching(failures, () => onToken(tokens)));
    const groups = await cancellable(signal, (cancel) =>
      this.#native.generate(prompts.map(nativePrompt), rest, onTokens, cancel),
    );
    if (failures.length > 0) throw failures[0];
    return groups;
  }

  score(batch: Batch, options?: ScoreOptions): Promise<ScoredBatch> {
    return cancellable(options?.signal, (cancel) => this.#native.score(batch.map(nativeGroup), options, cancel));
  }

  forward(batch: Batch, options?: ScoreOptions): Promise<Tape> {
    return cancellable(
      options?.signal,
      async (cancel) => new EngineTape(await this.#native.forward(batch.map(nativeGroup), options, cancel)),
    );
  }

  step(options: StepOptions): Promise<StepResult> {
    return translated(() => this.#native.step(options));
  }

  zeroGradients(): Promise<void> {
    return translated(() => this.#native.zeroGradients());
  }

  groupDivergence(batch: Batch, options?: DivergenceOptions): Promise<Float32Array[]> {
    return cancellable(options?.signal, (cancel) =>
      this.#native.groupDivergence(batch.map(nativeGroup), options, cancel),
    );
  }

  blend(other: Model, decay: number): Promise<void> {
    return translated(() => {
      if (!(other instanceof EngineModel)) {
        throw new EngineError("BAD_ARGUMENT", "blend: other is not one of the engine's models.");
      }
      return this.#native.blend(other.#native, decay);
    });
  }

  clone(options?: { readonly trainable?: boolean }): Promise<Model> {
    return translated(async () => new EngineModel(await this.#native.clone(options)));
  }

  save(directory: string): Promise<void> {
    return translated(() => this.#native.save(directory));
  }

  saveAdapter(directory: string): Promise<void> {
    return translated(() => this.#native.saveAdapter(directory));
  }

  saveState(directory: string): Promise<void> {
    return translated(() => this.#native.saveState(directory));
  }

  loadState(directory: string): Promise<void> {
    return translated(() => this.#native.loadState(directory));
  }

  memory(): MemoryReport {
    return this.#native.memory();
  }

  readParameter(name: string): Promise<Float32Array> {
    return translated(() => this.#native.readParameter(name));
  }

  readGradient(name: string): Promise<Float32Array> {
    return translated(() => this.#native.readGradient(name));
  }

  trace(prompt: Prompt): Promise<ReadonlyMap<string, Float32Array>> {
    return translated(async () => new Map(await this.#native.trace(nativePrompt(prompt))));
  }

  dispose(): void {
    this.#native.dispose();
  }
}

function catching(failures: unknown[], call: () => void): void {
  try {
    call();
  } catch (error) {
    failures.push(error);
  }
}

function nativePrompt(prompt: Prompt): NativePrompt {
  const media = prompt.media.map((medium) => {
    if (medium instanceof EngineMedia) return medium.native;
    throw new EngineError("BAD_ARGUMENT", "A prompt's media must be what encode() returned.");
  });
  return { ids: prompt.ids, media };
}

function nativeGroup(group: Batch[number]): NativeGroup {
  return {
    prompt: nativePrompt(group.prompt),
    completions: group.completions,
    scorePrompt: group.scorePrompt ?? false,
    ...(group.variants === undefined ? {} : { variants: group.variants.map(nativePrompt) }),
  };
}
