/**
 * Token weights of TW-GRPO (arXiv 2505.24718): a position counts more where the members of a group disagree about the
 * next token. The divergence is measured by the engine, which has the whole distributions; what it means is written
 * down here in double precision.
 */

export const DIVERGENCE_MEASURES = ["kl_to_mean", "code_k3", "variance_of_logp"] as const;
/**
 * `kl_to_mean`: KL of each member from the arithmetic mean, weighted by probability; that is the Jensen-Shannon divergence of
 * the group. `variance_of_logp` (ours, for the abstract's "intra-group variance"): variance over the members of each token's
 * log-probability, weighted by the token's mean probability. `code_k3`: the authors' code, the k3
 * form to the mean in log space, summed over the vocabulary without weights, log-ratios clamped to 11.
 */
export type DivergenceMeasure = (typeof DIVERGENCE_MEASURES)[number];

export const MASK_FILLS = ["live_only", "uniform"] as const;
/** Rows that have ended: left out, or (the authors' code) taken for the uniform law, which "disagrees" with everybody. */
export type MaskFill = (typeof MASK_FILLS)[number];

/** A rule that turns a group's divergence into weights; null in the settings: every token counts alike. */
export interface TokenWeighting {
  readonly name: string;
  readonly measure: DivergenceMeasure;
  readonly fill: MaskFill;
  /** Weight of each position from its divergence, `[longest completion]`. */
  weights(divergence: ArrayLike<number>): Float64Array;
}

/** @param alpha the greatest weight; 1 turns weighting off. Authors' code: 1.70. */
export function divergenceWeighting(alpha: number, measure: DivergenceMeasure, fill: MaskFill): TokenWeighting {
  return { name: "tw-grpo", measure, fill, weights: (divergence) => weightsFromDivergence(divergence, alpha) };
}

/** Steps 4 and 5: min-max over the group's positions, then `1 + (alpha - 1) n`, in `[1, alpha]`. */
export function weightsFromDivergence(divergence: ArrayLike<number>, alpha: number): Float64Array {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (let t = 0; t < divergence.length; t++) {
    lowest = Math.min(lowest, divergence[t]!);
    highest = Math.max(highest, divergence[t]!);
  }
  return Float64Array.from(divergence, (value) => 1 + ((alpha - 1) * (value - lowest)) / (highest - lowest + 1e-8));
}

/**
 * Steps 1 to 3, the reference for the engine's measurement: `[longest]` from whole log-probabilities
 * `[members][tokens of the member][vocabulary]`.
 */
export function positionDivergence(
  members: readonly (readonly ArrayLike<number>[])[],
  measure: DivergenceMeasure,
  fill: MaskFill,
): Float64Array {
  const longest = Math.max(0, ...members.map((rows) => rows.length));
  const vocabulary = members.find((rows) => rows.length > 0)?.[0]!.length ?? 0;
  const uniform = new Float64Array(vocabulary).fill(-Math.log(vocabulary));
  return Float64Array.from({ length: longest }, (_, t) => {
    const alive = members.flatMap((rows) => (rows[t] ? [rows[t]] : fill === "uniform" ? [uniform] : []));
    return MEASURES[measure](alive);
  });
}

const MEASURES: Readonly<Record<DivergenceMeasure, (rows: readonly ArrayLike<number>[]) => number>> = {
  kl_to_mean: klToMean,
  code_k3: codeK3,
  variance_of_logp: varianceOfLogP,
};

function varianceOfLogP(rows: readonly ArrayLike<number>[]): number {
  let sum = 0;
  for (let v = 0; v < (rows[0]?.length ?? 0); v++) {
    const mean = rows.reduce((total, row) => total + row[v]!, 0) / rows.length;
    const variance = rows.reduce((total, row) => total + (row[v]! - mean) ** 2, 0) / rows.length;
    sum += (rows.reduce((total, row) => total + Math.exp(row[v]!), 0) / rows.length) * variance;
  }
  return sum;
}

function klToMean(rows: readonly ArrayLike<number>[]): number {
  let sum = 0;
  for (let v = 0; v < (rows[0]?.length ?? 0); v++) {
    const mean = rows.reduce((total, row) => total + Math.exp(row[v]!), 0) / rows.length;
    for (const row of rows)
      if (row[v]! > Number.NEGATIVE_INFINITY) sum += Math.exp(row[v]!) * (row[v]! - Math.log(mean));
  }
  return sum / Math.max(1, rows.length);
}

function codeK3(rows: readonly ArrayLike<number>[]): number {
  let sum = 0;
  for (let v = 0; v < (rows[0]?.length ?? 0); v++) {
    const mean = rows.reduce((total, row) => total + row[v]!, 0) / rows.length;
    for (const row of rows) {
      const d = Math.min(11, Math.max(-11, mean - row[v]!));
      sum += Math.exp(d) - d - 1;
    }
  }
  return sum / Math.max(1, rows.length);
}
