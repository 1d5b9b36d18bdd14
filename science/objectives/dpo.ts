/** Direct preference optimisation on pairs: sigmoid (with label smoothing), hinge and IPO. Reference vectors: rl/dpo.json. */
import { rowsLike, sumRows, type TokenRows } from "./objective.ts";

export interface DpoBatch {
  readonly chosen: TokenRows;
  readonly rejected: TokenRows;
  readonly referenceChosen: TokenRows;
  readonly referenceRejected: TokenRows;
  /** 1 on the answer's tokens; default: all. */
  readonly chosenMask?: TokenRows;
  readonly rejectedMask?: TokenRows;
}

export interface DpoSettings {
  readonly loss: "sigmoid" | "hinge" | "ipo";
  readonly beta: number;
  /** cDPO: share of pairs assumed to be labelled the wrong way round. */
  readonly labelSmoothing?: number;
}

export interface DpoResult {
  readonly loss: number;
  readonly perPairLoss: Float64Array;
  readonly dChosen: Float64Array[];
  readonly dRejected: Float64Array[];
  readonly metrics: Readonly<Record<string, number>>;
}

/** Mean loss over pairs and its derivative with respect to each policy log-probability. */
export function dpoObjective(batch: DpoBatch, settings: DpoSettings): DpoResult {
  const pairs = batch.chosen.length;
  if (
    batch.rejected.length !== pairs ||
    batch.referenceChosen.length !== pairs ||
    batch.referenceRejected.length !== pairs
  ) {
    throw new RangeError("Chosen, rejected and reference rows differ in number: give one of each a pair.");
  }
  const chosenMask = batch.chosenMask ?? rowsLike(batch.chosen, 1);
  const rejectedMask = batch.rejectedMask ?? rowsLike(batch.rejected, 1);
  const perPairLoss = new Float64Array(pairs);
  const dChosen = rowsLike(batch.chosen);
  const dRejected = rowsLike(batch.rejected);
  let wins = 0;
  let margins = 0;
  for (let pair = 0; pair < pairs; pair++) {
    const better = logRatio(batch.chosen[pair]!, batch.referenceChosen[pair]!, chosenMask[pair]!);
    const worse = logRatio(batch.rejected[pair]!, batch.referenceRejected[pair]!, rejectedMask[pair]!);
    const lengths: [number, number] =
      settings.loss === "ipo"
        ? [Math.max(1, sumRows([chosenMask[pair]!])), Math.max(1, sumRows([rejectedMask[pair]!]))]
        : [1, 1];
    const { value, slope } = pairLoss(better / lengths[0] - worse / lengths[1], settings);
    perPairLoss[pair] = value;
    dChosen[pair]!.forEach((_, t, row) => (row[t] = (slope * chosenMask[pair]![t]!) / lengths[0] / pairs));
    dRejected[pair]!.forEach((_, t, row) => (row[t] = (-slope * rejectedMask[pair]![t]!) / lengths[1] / pairs));
    margins += settings.beta * (better - worse);
    wins += better > worse ? 1 : 0;
  }
  const loss = perPairLoss.reduce((sum, value) => sum + value, 0) / Math.max(1, pairs);
  const metrics = { "rewards/margins": margins / Math.max(1, pairs), "rewards/accuracies": wins / Math.max(1, pairs) };
  return { loss, perPairLoss, dChosen, dRejected, metrics };
}

/** Loss of one pair and its derivative with respect to the difference of log-ratios. */
function pairLoss(difference: number, settings: DpoSettings): { value: number; slope: number } {
  const { beta, labelSmoothing = 0 } = settings;
  const margin = beta * difference;
  switch (settings.loss) {
    case "sigmoid":
      return {
        value: (1 - labelSmoothing) * softplus(-margin) + labelSmoothing * softplus(margin),
        slope: beta * (labelSmoothing * sigmoid(margin) - (1 - labelSmoothing) * sigmoid(-margin)),
      };
    case "hinge":
      return { value: Math.max(0, 1 - margin), slope: margin < 1 ? -beta : 0 };
    case "ipo": {
      const distance = difference - 1 / (2 * beta);
      return { value: distance * distance, slope: 2 * distance };
    }
  }
}

function logRatio(policy: ArrayLike<number>, reference: ArrayLike<number>, mask: ArrayLike<number>): number {
  let sum = 0;
  for (let t = 0; t < policy.length; t++) sum += (policy[t]! - reference[t]!) * mask[t]!;
  return sum;
}

function softplus(x: number): number {
  return Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
