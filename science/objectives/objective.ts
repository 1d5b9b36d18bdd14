/** What objectives take and give: per-token numbers, rows of different lengths, no tensors. */

/** Numbers of each token of each row, `[rows][tokens]`. */
export type TokenRows = readonly ArrayLike<number>[];

export interface PolicyBatch {
  /** Log-probabilities under the policy, raw softmax, nats. */
  readonly logProbs: TokenRows;
  /** Under the policy that sampled; null: the policy itself, detached (the first update after sampling). */
  readonly oldLogProbs?: TokenRows | null;
  /** Under the frozen reference; needed where beta is not 0. */
  readonly referenceLogProbs?: TokenRows | null;
  /** One a row. */
  readonly advantages: ArrayLike<number>;
  /** 1 where a token counts; default: all do. */
  readonly mask?: TokenRows;
  /** Nats; needed for the top-entropy mask and the entropy metric. */
  readonly entropies?: TokenRows;
  /** Factor on the policy term of each token (TW-GRPO); default 1. */
  readonly weights?: TokenRows;
  /** Factor on the KL term of each token (GRPO-CARE's ablations); default 1. */
  readonly klWeights?: TokenRows;
}

export interface ObjectiveResult {
  readonly loss: number;
  /** Before averaging, 0 where masked. */
  readonly perTokenLoss: Float64Array[];
  /** d(loss)/d(log-probability), what the engine's backward takes. */
  readonly dLogProbs: Float64Array[];
  /** Null where no reference is used. */
  readonly perTokenKl: Float64Array[] | null;
  /** Factor on each token's policy term: the batch's weights times the top-entropy mask; null where all are 1. */
  readonly perTokenWeight?: TokenRows | null;
  /** Named as TRL names them. */
  readonly metrics: Readonly<Record<string, number>>;
}

/** Sum of `values` over all tokens of all rows. */
export function sumRows(rows: TokenRows): number {
  let sum = 0;
  for (const row of rows) for (let t = 0; t < row.length; t++) sum += row[t]!;
  return sum;
}

/** Rows shaped like `rows`, filled with one value. */
export function rowsLike(rows: TokenRows, value = 0): Float64Array[] {
  return rows.map((row) => new Float64Array(row.length).fill(value));
}

/** Rows laid end to end, as the engine's tape wants them. */
export function flattenRows(rows: TokenRows): Float32Array {
  const flat = new Float32Array(rows.reduce((count, row) => count + row.length, 0));
  let at = 0;
  for (const row of rows) {
    for (let t = 0; t < row.length; t++) flat[at + t] = row[t]!;
    at += row.length;
  }
  return flat;
}

/** Views of the rows of a flat array; row k is `offsets[k] .. offsets[k + 1] - 1`. */
export function splitRows(flat: Float32Array, offsets: ArrayLike<number>): Float32Array[] {
  return Array.from({ length: offsets.length - 1 }, (_, k) => flat.subarray(offsets[k]!, offsets[k + 1]!));
}

/** Throws when two arrays of one batch do not have the same rows. */
export function checkShapes(batch: PolicyBatch): void {
  const { logProbs } = batch;
  if (batch.advantages.length !== logProbs.length) {
    throw new RangeError(
      `There are ${batch.advantages.length} advantages for ${logProbs.length} rows: give one a row.`,
    );
  }
  const others = [
    batch.oldLogProbs,
    batch.referenceLogProbs,
    batch.mask,
    batch.entropies,
    batch.weights,
    batch.klWeights,
  ];
  for (const rows of others) {
    const fits =
      !rows || (rows.length === logProbs.length && rows.every((row, k) => row.length === logProbs[k]!.length));
    if (!fits)
      throw new RangeError("The rows of one batch differ in shape: every per-token array needs the policy's shape.");
  }
}
