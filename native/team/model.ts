/**
 * A model that a team trains: every member holds all weights, computes its share of each batch, and gets everybody's
 * results, so that whoever uses it decides the same in every process. Gradients are summed while backward runs, each at the
 * member that keeps it.
 * Signals to cancel are left aside: what one member dropped the others would wait for.
 */
import {
  EngineError,
  type Batch,
  type DivergenceOptions,
  type EncodeOptions,
  type Frames,
  type GenerateOptions,
  type GeneratedGroup,
  type Media,
  type MemoryReport,
  type Model,
  type ParameterInfo,
  type Prompt,
  type ScoredBatch,
  type ScoreOptions,
  type Scores,
  type StepOptions,
  type StepResult,
  type Tape,
  type Team,
} from "../types.ts";
import { batchOf, copyRows, offsetsOf, rowsOf, sharesOf, type Piece } from "./shares.ts";

export class TeamModel implements Model {
  readonly config: object;
  readonly parameterCount: number;
  readonly parameters: readonly ParameterInfo[];
  readonly #own: Model;
  readonly #team: Team;

  constructor(own: Model, team: Team) {
    this.#own = own;
    this.#team = team;
    this.config = own.config;
    this.parameterCount = own.parameterCount;
    this.parameters = own.parameters;
  }

  get weightVersion(): number {
    return this.#own.weightVersion;
  }

  encode(frames: Frames, options: EncodeOptions): Promise<Media> {
    return this.#own.encode(frames, options);
  }

  async generate(prompts: readonly Prompt[], options: GenerateOptions): Promise<GeneratedGroup[]> {
    const { rank, size } = this.#team;
    const indexes = prompts.map((_, index) => index);
    const mine = indexes.filter((index) => index % size === rank);
    const { n, sampling, rowsAtOnce, onToken } = options;
    const parts = await this.#team.exchange(() =>
      mine.length === 0
        ? []
        : this.#own.generate(
            mine.map((index) => prompts[index]!),
            {
              n: typeof n === "number" ? n : mine.map((index) => n[index]!),
              sampling,
              ...(rowsAtOnce === undefined ? {} : { rowsAtOnce: Math.ceil(rowsAtOnce / size) }),
              streams: mine.map((index) => options.streams?.[index] ?? index),
              ...(onToken
                ? { onToken: (seen) => onToken(seen.map((token) => ({ ...token, prompt: mine[token.prompt]! }))) }
                : {}),
            },
          ),
    );
    return indexes.map((index) => parts[index % size]![Math.floor(index / size)]!);
  }

  async score(batch: Batch, options?: ScoreOptions): Promise<ScoredBatch> {
    if (batch.some(({ variants }) => variants !== undefined)) {
      throw new EngineError("UNSUPPORTED", "score: variants of a prompt are scored by one rank alone, not by a team.");
    }
    const shares = sharesOf(batch, this.#team.size);
    const part = batchOf(batch, shares[this.#team.rank]!);
    const parts = await this.#team.exchange(() => (part.length === 0 ? null : this.#own.score(part, unbound(options))));
    return { ...assembled(batch, shares, parts), rows: parts.reduce((sum, one) => sum + (one?.rows ?? 0), 0) };
  }

  async forward(batch: Batch, options?: ScoreOptions): Promise<Tape> {
    const shares = sharesOf(batch, this.#team.size);
    const own = shares[this.#team.rank]!;
    const part = batchOf(batch, own);
    let tape: Tape | undefined;
    try {
      // A member without a share has an empty tape: it takes its part in summing the gradients.
      const parts = await this.#team.exchange(async () => {
        tape = await this.#own.forward(part, unbound(options));
        return { logProbs: tape.logProbs, entropy: tape.entropy };
      });
      return new TeamTape(assembled(batch, shares, parts), rowsOf(batch, own), tape!, this.#team);
    } catch (error) {
      tape?.dispose();
      throw error;
    }
  }

  async step(options: StepOptions): Promise<StepResult> {
    return this.#own.step(options);
  }

  zeroGradients(): Promise<void> {
    return this.#own.zeroGradients();
  }

  async groupDivergence(batch: Batch, options?: DivergenceOptions): Promise<Float32Array[]> {
    const shares = sharesOf(batch, this.#team.size, { whole: true });
    const part = batchOf(batch, shares[this.#team.rank]!);
    const parts = await this.#team.exchange(() =>
      part.length === 0 ? [] : this.#own.groupDivergence(part, unbound(options)),
    );
    const all: Float32Array[] = [];
    shares.forEach((share, member) => share.forEach(({ group }, i) => (all[group] = parts[member]![i]!)));
    return all;
  }

  async blend(other: Model, decay: number): Promise<void> {
    await this.#own.blend(other instanceof TeamModel ? other.#own : other, decay);
  }

  async clone(options?: { readonly trainable?: boolean }): Promise<Model> {
    return new TeamModel(await this.#own.clone(options), this.#team);
  }

  save(directory: string): Promise<void> {
    return this.#team.share(() => this.#own.save(directory));
  }

  saveAdapter(directory: string): Promise<void> {
    return this.#team.share(() => this.#own.saveAdapter(directory));
  }

  /** Member 0 writes, with everybody's part of the optimiser's state. */
  async saveState(directory: string): Promise<void> {
    await this.#team.exchange(() => this.#own.saveState(directory));
  }

  async loadState(directory: string): Promise<void> {
    await this.#team.exchange(() => this.#own.loadState(directory));
  }

  memory(): MemoryReport {
    return this.#own.memory();
  }

  readParameter(name: string): Promise<Float32Array> {
    return this.#own.readParameter(name);
  }

  /** The members' sum. */
  async readGradient(name: string): Promise<Float32Array> {
    const parts = await this.#team.exchange(() => this.#own.readGradient(name));
    const sum = new Float32Array(parts[0]!.length);
    for (const part of parts) part.forEach((value, i) => (sum[i]! += value));
    return sum;
  }

  trace(prompt: Prompt): Promise<ReadonlyMap<string, Float32Array>> {
    return this.#own.trace(prompt);
  }

  dispose(): void {
    this.#own.dispose();
  }
}

class TeamTape implements Tape {
  readonly logProbs: Float32Array;
  readonly entropy: Float32Array;
  readonly offsets: Int32Array;
  readonly #rows: readonly number[];
  readonly #own: Tape;
  readonly #team: Team;

  constructor(scores: Scores, rows: readonly number[], own: Tape, team: Team) {
    this.logProbs = scores.logProbs;
    this.entropy = scores.entropy;
    this.offsets = scores.offsets;
    this.#rows = rows;
    this.#own = own;
    this.#team = team;
  }

  async backward(dLogProbs: Float32Array, dEntropy?: Float32Array): Promise<void> {
    // What one member refused the others would wait for: all look at all of it.
    for (const [name, given] of Object.entries({ dLogProbs, dEntropy })) {
      const at = given?.findIndex(Number.isNaN) ?? -1;
      if (at >= 0)
        throw new EngineError("BAD_ARGUMENT", `${name}[${at}] is NaN. Look for a division by zero in the loss.`);
      if (given && given.length !== this.logProbs.length)
        throw new EngineError(
          "BAD_ARGUMENT",
          `backward: ${given.length} derivatives for ${this.logProbs.length} values. Give one for each value.`,
        );
    }
    const part = (whole: Float32Array): Float32Array => {
      const values = new Float32Array(this.#own.logProbs.length);
      copyRows(this.#rows, this.offsets, whole, values, "gather");
      return values;
    };
    await this.#team.exchange(() => this.#own.backward(part(dLogProbs), dEntropy && part(dEntropy)));
  }

  dispose(): void {
    this.#own.dispose();
  }
}

function unbound<T extends ScoreOptions>(options: T | undefined): T | undefined {
  if (options === undefined) return undefined;
  const { signal, ...rest } = options;
  void signal;
  return rest as T;
}

function assembled(
  batch: Batch,
  shares: readonly (readonly Piece[])[],
  parts: readonly ({ readonly logProbs: Float32Array; readonly entropy: Float32Array } | null)[],
): Scores {
  const offsets = offsetsOf(batch);
  const logProbs = new Float32Array(offsets.at(-1)!);
  const entropy = new Float32Array(offsets.at(-1)!);
  parts.forEach((part, member) => {
    if (part === null) return;
    const rows = rowsOf(batch, shares[member]!);
    copyRows(rows, offsets, logProbs, part.logProbs, "scatter");
    copyRows(rows, offsets, entropy, part.entropy, "scatter");
  });
  return { logProbs, entropy, offsets };
}
