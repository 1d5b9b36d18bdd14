/**
 * Reg-GRPO of DeepVideo-R1 (arXiv 2506.07464): the policy's log-ratios, normalised over the group, are regressed on the
 * normalised rewards. No minimum, no clip; the log-partition of the optimal policy cancels with the group's mean.
 */
import { klTerm } from "./kl.ts";
import { rowsLike, sumRows, type ObjectiveResult } from "./objective.ts";
import type { GroupedPolicyBatch, PolicyObjective } from "./policy-objective.ts";

export interface RegGrpoSettings {
  /**
   * Floor of the log-ratios' deviation, nats: sqrt(variance + floor^2). The paper leaves it open; without one the loss is 0/0
   * where policy and old policy are equal, and a small one makes the first gradient 2 / floor times the policy gradient.
   */
  readonly sigmaFloor: number;
  readonly klClamp?: number | null;
}

/** One group's mean squared error and its derivative with respect to each row's summed log-ratio. */
export function groupRegression(
  ratios: readonly number[],
  targets: readonly number[],
  sigmaFloor: number,
): { loss: number; derivative: number[]; sigma: number } {
  const size = ratios.length;
  const mean = average(ratios);
  const centred = ratios.map((value) => value - mean);
  const sigma = Math.sqrt(average(centred.map((value) => value ** 2)) + sigmaFloor ** 2);
  const errors = targets.map((target, index) => target - centred[index]! / sigma);
  const meanError = average(errors);
  const slope = errors.reduce((sum, error, index) => sum + error * centred[index]!, 0) / (size * sigma ** 3);
  return {
    loss: average(errors.map((error) => error ** 2)),
    derivative: errors.map((error, index) => (-2 / size) * ((error - meanError) / sigma - slope * centred[index]!)),
    sigma,
  };
}

/** Standardised with the population's deviation; null where all are equal (such a group teaches nothing and is left out). */
export function standardised(values: readonly number[]): number[] | null {
  const mean = average(values);
  const deviation = Math.sqrt(average(values.map((value) => (value - mean) ** 2)));
  return deviation < 1e-9 ? null : values.map((value) => (value - mean) / deviation);
}

export function regGrpo(settings: RegGrpoSettings): PolicyObjective {
  return {
    name: "reg_grpo",
    compute: (batch, context) => {
      const { logProbs } = batch;
      if (batch.klWeights !== undefined) throw new RangeError("Reg-GRPO takes the KL of all tokens alike.");
      const perTokenLoss = rowsLike(logProbs);
      const dLogProbs = rowsLike(logProbs);
      const perTokenKl = context.beta === 0 ? null : rowsLike(logProbs);
      let loss = 0;
      let sigmas = 0;
      let live = 0;
      let first = 0;
      for (const size of batch.groupSizes) {
        const rows = Array.from({ length: size }, (_, index) => first + index);
        const targets = standardised(rows.map((row) => batch.advantages[row]!));
        if (targets !== null) {
          const regression = groupRegression(
            rows.map((row) => logRatio(batch, row)),
            targets,
            settings.sigmaFloor,
          );
          loss += regression.loss / context.total.groups;
          sigmas += regression.sigma;
          live += 1;
          rows.forEach((row, index) => dLogProbs[row]!.fill(regression.derivative[index]! / context.total.groups));
        }
        first += size;
      }
      if (perTokenKl !== null) loss += addKl(batch, context.beta, context.total.rows, settings, perTokenKl, dLogProbs);
      const active = Math.max(
        1,
        logProbs.reduce((sum, row) => sum + row.length, 0),
      );
      const metrics: Record<string, number> = { "reg_grpo/sigma": sigmas / Math.max(1, live) };
      if (perTokenKl !== null) metrics["kl"] = sumRows(perTokenKl) / active;
      if (batch.entropies !== undefined) metrics["entropy"] = sumRows(batch.entropies) / active;
      return { loss, perTokenLoss, dLogProbs, perTokenKl, metrics } satisfies ObjectiveResult;
    },
  };
}

/** Adds beta times k3, averaged over each row's tokens and then over the step's rows; returns its part of the loss. */
function addKl(
  batch: GroupedPolicyBatch,
  beta: number,
  totalRows: number,
  settings: RegGrpoSettings,
  perTokenKl: Float64Array[],
  dLogProbs: Float64Array[],
): number {
  const reference = batch.referenceLogProbs;
  if (!reference) {
    throw new RangeError(
      "beta is not 0 but there are no reference log-probabilities: score the rollouts with the reference.",
    );
  }
  let loss = 0;
  batch.logProbs.forEach((row, k) => {
    const scale = beta / (totalRows * Math.max(1, row.length));
    for (let t = 0; t < row.length; t++) {
      const kl = klTerm(row[t]!, reference[k]![t]!, 1, { klClamp: settings.klClamp ?? null });
      perTokenKl[k]![t] = kl.value;
      dLogProbs[k]![t]! += scale * kl.dLogProb;
      loss += scale * kl.value;
    }
  });
  return loss;
}

/** Sum over the row's tokens of log-probability minus old; 0 before the first update. */
function logRatio(batch: GroupedPolicyBatch, row: number): number {
  if (!batch.oldLogProbs) return 0;
  let sum = 0;
  const now = batch.logProbs[row]!;
  for (let t = 0; t < now.length; t++) sum += now[t]! - batch.oldLogProbs[row]![t]!;
  return sum;
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
