/** Supervised fine-tuning: mean negative log-probability over the tokens that count. Reference vectors: rl/sft.json. */
import { checkShapes, rowsLike, type ObjectiveResult, type TokenRows } from "./objective.ts";

export interface SftBatch {
  readonly logProbs: TokenRows;
  /** 0 where a token is not trained on, 1 where it is; other values weight it (answer tokens, say). Default: all 1. */
  readonly weights?: TokenRows;
}

/** `totalWeight` is the weight of the whole step when the batch is a part of it; default: of this batch. */
export function sftObjective(batch: SftBatch, settings: { readonly totalWeight?: number } = {}): ObjectiveResult {
  const { logProbs } = batch;
  const weights = batch.weights ?? rowsLike(logProbs, 1);
  checkShapes({ logProbs, advantages: new Float64Array(logProbs.length), weights });
  const total = settings.totalWeight ?? weightOf(weights);
  const perTokenLoss = rowsLike(logProbs);
  const dLogProbs = rowsLike(logProbs);
  let loss = 0;
  let plain = 0;
  let tokens = 0;
  logProbs.forEach((row, k) => {
    for (let t = 0; t < row.length; t++) {
      const weight = weights[k]![t]!;
      if (weight === 0) continue;
      perTokenLoss[k]![t] = -weight * row[t]!;
      dLogProbs[k]![t] = -weight / Math.max(total, Number.MIN_VALUE);
      loss += (-weight * row[t]!) / Math.max(total, Number.MIN_VALUE);
      plain -= row[t]!;
      tokens++;
    }
  });
  const metrics = { token_nll: plain / Math.max(1, tokens), num_tokens: tokens };
  return { loss, perTokenLoss, dLogProbs, perTokenKl: null, metrics };
}

/** Sum of all token weights. */
export function weightOf(weights: TokenRows): number {
  return weights.reduce((sum, row) => sum + Array.from(row).reduce((a, b) => a + b, 0), 0);
}
