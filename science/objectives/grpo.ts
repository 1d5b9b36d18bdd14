/**
 * The policy-gradient family over per-token scalars: GRPO, BNPO, Dr.GRPO, DAPO, GSPO (level `sequence`), CISPO, SAPO and
 * Video-R1's own loss. Values, gradients and metrics equal TRL's: reference vectors rl/policy_losses.json.
 */
import { klTerm, type KlSettings } from "./kl.ts";
import { highEntropyMask } from "./entropy-mask.ts";
import { checkShapes, rowsLike, sumRows, type ObjectiveResult, type PolicyBatch, type TokenRows } from "./objective.ts";
import { policyMetrics } from "./policy-metrics.ts";
import { policyTerm, type SurrogateSettings } from "./surrogate.ts";

export const LOSS_TYPES = ["grpo", "bnpo", "dr_grpo", "dapo", "cispo", "sapo", "video_r1"] as const;
export type LossType = (typeof LOSS_TYPES)[number];

export interface GrpoSettings extends SurrogateSettings, KlSettings {
  readonly lossType: LossType;
  /** Ratio of each token, or one of the whole row (GSPO: geometric mean of the token ratios). */
  readonly level?: "token" | "sequence";
  /** Dr.GRPO's constant length. */
  readonly maxCompletionLength?: number;
  /** Share of the tokens with the highest entropy whose policy term counts; 1: all. */
  readonly topEntropyShare?: number;
  readonly total?: BatchTotal;
}

/** Size of the whole step when the batch is a part of it; losses of the parts then add up to the step's loss. */
export interface BatchTotal {
  /** Rows of the whole step; default: of this batch. */
  readonly rows?: number;
  /** Active tokens of the whole step; default: of this batch. */
  readonly tokens?: number;
  /** Gradient accumulation steps that the loss is divided by; default 1. */
  readonly accumulation?: number;
}

/** Loss, derivative and metrics. Throws a RangeError when shapes differ or a needed input is missing. */
export function grpoObjective(batch: PolicyBatch, settings: GrpoSettings): ObjectiveResult {
  checkShapes(batch);
  const { logProbs } = batch;
  const beta = settings.beta ?? 0;
  const reference = batch.referenceLogProbs ?? null;
  if (beta !== 0 && reference === null) {
    throw new RangeError(
      "beta is not 0 but there are no reference log-probabilities: score the rollouts with the reference.",
    );
  }
  const mask = batch.mask ?? rowsLike(logProbs, 1);
  const counts = mask.map((row) => sumRows([row]));
  const scale = tokenScales(counts, settings);
  const kept = highEntropyMask(batch.entropies, mask, settings.topEntropyShare ?? 1);
  const weights = tokenWeights(kept, batch.weights ?? null);
  const old = settings.lossType === "video_r1" ? null : (batch.oldLogProbs ?? null);
  const perTokenLoss = rowsLike(logProbs);
  const dLogProbs = rowsLike(logProbs);
  const perTokenKl = beta === 0 ? null : rowsLike(logProbs);
  const ratios = logProbs.map((row, k) =>
    rowRatios(row, old?.[k] ?? null, mask[k]!, counts[k]!, settings.level ?? "token"),
  );
  let loss = 0;
  for (let k = 0; k < logProbs.length; k++) {
    const row = logProbs[k]!;
    const advantage = batch.advantages[k]!;
    let throughRowRatio = 0;
    for (let t = 0; t < row.length; t++) {
      if (mask[k]![t] === 0) continue;
      const ratio = ratios[k]![t]!;
      const weight = weights?.[k]![t] ?? 1;
      const term = policyTerm(ratio, advantage, row[t]!, settings);
      let value = weight * term.value;
      let direct = weight * term.dLogProb;
      let throughRatio = weight * term.dRatio;
      if (perTokenKl !== null) {
        const kl = klTerm(row[t]!, reference![k]![t]!, ratio, settings);
        perTokenKl[k]![t] = kl.value;
        const share = beta * (batch.klWeights?.[k]![t] ?? 1);
        value += share * kl.value;
        direct += share * kl.dLogProb;
        throughRatio += share * kl.dRatio;
      }
      perTokenLoss[k]![t] = value;
      loss += scale[k]! * value;
      if (settings.level === "sequence") {
        dLogProbs[k]![t]! += scale[k]! * direct;
        throughRowRatio += throughRatio * ratio;
      } else {
        dLogProbs[k]![t] = scale[k]! * (direct + throughRatio * ratio);
      }
    }
    if (throughRowRatio !== 0) {
      // d(row ratio)/d(log-prob of t) = ratio * mask / tokens
      const share = (scale[k]! * throughRowRatio) / Math.max(1, counts[k]!);
      for (let t = 0; t < row.length; t++) dLogProbs[k]![t]! += share * mask[k]![t]!;
    }
  }
  const metrics = policyMetrics({ batch, mask, counts, ratios, perTokenKl, settings });
  return { loss, perTokenLoss, dLogProbs, perTokenKl, perTokenWeight: weights, metrics };
}

/** What each token's policy term is multiplied with; null where nothing is. */
function tokenWeights(kept: TokenRows | null, weights: TokenRows | null): TokenRows | null {
  if (kept === null || weights === null) return kept ?? weights;
  return kept.map((row, k) => Float64Array.from(row, (value, t) => value * weights[k]![t]!));
}

/** The factor of each row's token losses, by how the method averages. */
function tokenScales(counts: readonly number[], settings: GrpoSettings): number[] {
  const { total = {}, lossType } = settings;
  const accumulation = total.accumulation ?? 1;
  const rows = total.rows ?? counts.length;
  const tokens = total.tokens ?? counts.reduce((sum, count) => sum + count, 0);
  switch (lossType) {
    case "grpo":
    case "sapo":
    case "video_r1":
      return counts.map((count) => 1 / (rows * Math.max(1, count) * accumulation));
    case "dr_grpo": {
      if (settings.maxCompletionLength === undefined) throw new RangeError("dr_grpo needs maxCompletionLength.");
      return counts.map(() => 1 / (rows * settings.maxCompletionLength! * accumulation));
    }
    case "bnpo":
    case "dapo":
    case "cispo":
      return counts.map(() => 1 / (Math.max(1, tokens) * accumulation));
  }
}

/** exp(log-prob - old) of each token, or the row's geometric mean at every place. */
function rowRatios(
  row: ArrayLike<number>,
  old: ArrayLike<number> | null,
  mask: ArrayLike<number>,
  count: number,
  level: "token" | "sequence",
): Float64Array {
  const ratios = new Float64Array(row.length).fill(1);
  if (old === null) return ratios;
  if (level === "token") return ratios.map((_, t) => Math.exp(row[t]! - old[t]!));
  let sum = 0;
  for (let t = 0; t < row.length; t++) sum += (row[t]! - old[t]!) * mask[t]!;
  return ratios.fill(Math.exp(sum / Math.max(1, count)));
}

/** Mean of each row over its active tokens, then over rows: how TRL averages what it shows per sequence. */
export function meanOfRows(rows: TokenRows, mask: TokenRows): number {
  const means = rows.map((row, k) => {
    let sum = 0;
    let count = 0;
    for (let t = 0; t < row.length; t++) {
      sum += row[t]! * mask[k]![t]!;
      count += mask[k]![t]!;
    }
    return sum / Math.max(1, count);
  });
  return means.reduce((sum, mean) => sum + mean, 0) / Math.max(1, means.length);
}
