/**
 * Objectives that look at a group as a whole: one number a rollout (its summed log-ratio), one target a rollout, and a loss
 * of the two. The KL term to the reference, averaged as GRPO averages it, is added for all of them alike.
 */
import { klTerm } from "./kl.ts";
import { rowsLike, sumRows, type ObjectiveResult } from "./objective.ts";
import type { GroupedPolicyBatch, ObjectiveContext, PolicyObjective } from "./policy-objective.ts";

export interface GroupPart {
  /** Summed log-ratios of the group's rows to the policy that sampled them, nats. */
  readonly ratios: readonly number[];
  /** The same to the reference; null where there is none. */
  readonly toReference: readonly number[] | null;
  /** What the stage's advantage mode made of the rewards. */
  readonly advantages: readonly number[];
  /** Weight of the KL term now. */
  readonly beta: number;
}

export interface GroupLoss {
  readonly loss: number;
  /** With respect to each row's summed log-probability. */
  readonly derivative: readonly number[];
  /** Averaged over the groups that have a loss. */
  readonly metrics?: Readonly<Record<string, number>>;
}

export interface GroupRule {
  readonly name: string;
  /** Null: the group teaches nothing and is left out. */
  group(part: GroupPart): GroupLoss | null;
  /** False where the loss holds on to the reference by itself. Default: the KL term is added. */
  readonly addsKl?: boolean;
  readonly klClamp?: number | null;
}

/** The mean over groups of a rule's losses, plus beta times k3. */
export function groupObjective(rule: GroupRule): PolicyObjective {
  return {
    name: rule.name,
    compute: (batch, context) => {
      const { logProbs } = batch;
      if (batch.klWeights !== undefined) throw new RangeError(`${rule.name} takes the KL of all tokens alike.`);
      const perTokenLoss = rowsLike(logProbs);
      const dLogProbs = rowsLike(logProbs);
      const addsKl = context.beta !== 0 && rule.addsKl !== false;
      const perTokenKl = addsKl ? rowsLike(logProbs) : null;
      const sums: Record<string, number> = {};
      let loss = 0;
      let live = 0;
      let first = 0;
      for (const size of batch.groupSizes) {
        const rows = Array.from({ length: size }, (_, index) => first + index);
        const found = rule.group({
          ratios: rows.map((row) => ratioTo(batch.oldLogProbs ?? null, batch, row)),
          toReference: batch.referenceLogProbs
            ? rows.map((row) => ratioTo(batch.referenceLogProbs!, batch, row))
            : null,
          advantages: rows.map((row) => batch.advantages[row]!),
          beta: context.beta,
        });
        if (found !== null) {
          loss += found.loss / context.total.groups;
          live += 1;
          for (const [name, value] of Object.entries(found.metrics ?? {})) sums[name] = (sums[name] ?? 0) + value;
          rows.forEach((row, index) => dLogProbs[row]!.fill(found.derivative[index]! / context.total.groups));
        }
        first += size;
      }
      if (perTokenKl !== null) loss += addKl(batch, context, rule.klClamp ?? null, perTokenKl, dLogProbs);
      const active = Math.max(
        1,
        logProbs.reduce((sum, row) => sum + row.length, 0),
      );
      const metrics = Object.fromEntries(
        Object.entries(sums).map(([name, sum]) => [name, sum / Math.max(1, live)] as const),
      );
      if (perTokenKl !== null) metrics["kl"] = sumRows(perTokenKl) / active;
      if (batch.entropies !== undefined) metrics["entropy"] = sumRows(batch.entropies) / active;
      return { loss, perTokenLoss, dLogProbs, perTokenKl, metrics } satisfies ObjectiveResult;
    },
  };
}

/** Adds beta times k3, averaged over each row's tokens and then over the step's rows; returns its part of the loss. */
function addKl(
  batch: GroupedPolicyBatch,
  { beta, total }: ObjectiveContext,
  klClamp: number | null,
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
    const scale = beta / (total.rows * Math.max(1, row.length));
    for (let t = 0; t < row.length; t++) {
      const kl = klTerm(row[t]!, reference[k]![t]!, 1, { klClamp });
      perTokenKl[k]![t] = kl.value;
      dLogProbs[k]![t]! += scale * kl.dLogProb;
      loss += scale * kl.value;
    }
  });
  return loss;
}

/** Sum over the row's tokens of log-probability minus the other's; 0 where there is no other (the first update). */
function ratioTo(others: GroupedPolicyBatch["oldLogProbs"] | null, batch: GroupedPolicyBatch, row: number): number {
  if (!others) return 0;
  let sum = 0;
  const now = batch.logProbs[row]!;
  for (let t = 0; t < now.length; t++) sum += now[t]! - others[row]![t]!;
  return sum;
}
