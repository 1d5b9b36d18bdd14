/** TRL's RLOO loss: one ratio a row from summed log-probabilities, clipped. Reference vectors: rl/policy_losses.json. */
import { checkShapes, rowsLike, type ObjectiveResult, type PolicyBatch } from "./objective.ts";
import { clippedTerm } from "./surrogate.ts";

export interface RlooSettings {
  readonly epsilonLow?: number;
  readonly epsilonHigh?: number;
  /** Rows of the whole step; default: of this batch. */
  readonly totalRows?: number;
}

/** The old log-probability of a row is the sum of its `oldLogProbs`, or of the policy's own when there are none. */
export function rlooObjective(batch: PolicyBatch, settings: RlooSettings = {}): ObjectiveResult {
  checkShapes(batch);
  const { epsilonLow = 0.2, epsilonHigh = 0.2 } = settings;
  const { logProbs } = batch;
  const mask = batch.mask ?? rowsLike(logProbs, 1);
  const rows = settings.totalRows ?? logProbs.length;
  const perTokenLoss = rowsLike(logProbs);
  const dLogProbs = rowsLike(logProbs);
  let loss = 0;
  let low = 0;
  let high = 0;
  logProbs.forEach((row, k) => {
    let difference = 0;
    if (batch.oldLogProbs)
      for (let t = 0; t < row.length; t++) difference += (row[t]! - batch.oldLogProbs[k]![t]!) * mask[k]![t]!;
    const ratio = Math.exp(difference);
    const advantage = batch.advantages[k]!;
    const term = clippedTerm(ratio, advantage, 1 - epsilonLow, 1 + epsilonHigh);
    loss += term.value / rows;
    low += ratio < 1 - epsilonLow && advantage < 0 ? 1 : 0;
    high += ratio > 1 + epsilonHigh && advantage > 0 ? 1 : 0;
    for (let t = 0; t < row.length; t++) {
      perTokenLoss[k]![t] = term.value * mask[k]![t]!;
      dLogProbs[k]![t] = (term.dRatio * ratio * mask[k]![t]!) / rows;
    }
  });
  const count = Math.max(1, logProbs.length);
  const metrics = {
    "clip_ratio/low_mean": low / count,
    "clip_ratio/high_mean": high / count,
    "clip_ratio/region_mean": (low + high) / count,
  };
  return { loss, perTokenLoss, dLogProbs, perTokenKl: null, metrics };
}
