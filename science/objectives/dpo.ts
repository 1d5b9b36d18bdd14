/** Direct preference optimisation on pairs: one loss or a weighted mix of several. Reference vectors: rl/dpo.json. */
import { pairLoss, scoresAreMeans, type DpoLoss, type PairLoss } from "./dpo-losses.ts";
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
  /** Added up with their weights. */
  readonly losses: readonly { readonly loss: DpoLoss; readonly weight: number }[];
  readonly beta: number;
  /** Share of pairs assumed to be labelled the wrong way round (`sigmoid`, `robust`); default 0. */
  readonly labelSmoothing?: number;
  /**
   * LD-DPO (arXiv 2409.06411): weight of the policy's tokens beyond the length that both answers of a pair reach.
   * The reference counts whole, as it does in TRL when its log-probabilities are stored. Default 1.
   */
  readonly tailWeight?: number;
}

export interface DpoResult {
  readonly loss: number;
  /** Their mean is the loss. */
  readonly perPairLoss: Float64Array;
  /** d(loss)/d(log-probability), shaped like the batch's rows. */
  readonly dChosen: Float64Array[];
  readonly dRejected: Float64Array[];
  /** Named as TRL names them. */
  readonly metrics: Readonly<Record<string, number>>;
}

/**
 * Mean loss over pairs and its derivative with respect to each policy log-probability.
 * @throws RangeError when rows are missing, or for `robust` with a label smoothing of a half or more.
 */
export function dpoObjective(batch: DpoBatch, settings: DpoSettings): DpoResult {
  check(batch, settings);
  const pairs = batch.chosen.length;
  const chosenMask = batch.chosenMask ?? rowsLike(batch.chosen, 1);
  const rejectedMask = batch.rejectedMask ?? rowsLike(batch.rejected, 1);
  const chosenTokens = Math.max(1, sumRows(chosenMask));
  const perPairLoss = new Float64Array(pairs);
  const dChosen = rowsLike(batch.chosen);
  const dRejected = rowsLike(batch.rejected);
  const totals = { chosen: 0, rejected: 0, wins: 0 };
  for (let pair = 0; pair < pairs; pair++) {
    const lengths = [sumRows([chosenMask[pair]!]), sumRows([rejectedMask[pair]!])] as const;
    const weigh = (mask: ArrayLike<number>) => tokenWeights(mask, Math.min(...lengths), settings.tailWeight ?? 1);
    const better = side(batch.chosen[pair]!, batch.referenceChosen[pair]!, chosenMask[pair]!, weigh);
    const worse = side(batch.rejected[pair]!, batch.referenceRejected[pair]!, rejectedMask[pair]!, weigh);
    for (const { loss, weight } of settings.losses) {
      if (loss === "sft") {
        // The mean is over all chosen tokens of the batch, so a pair's part grows with its length.
        perPairLoss[pair]! -= (weight * better.logProb * pairs) / chosenTokens;
        addTo(dChosen[pair]!, chosenMask[pair]!, -weight / chosenTokens);
        continue;
      }
      const { value, slopes } = lossOfPair(loss, [better.score, worse.score], lengths, settings);
      perPairLoss[pair]! += weight * value;
      addTo(dChosen[pair]!, better.weights, (weight * slopes[0]) / pairs);
      addTo(dRejected[pair]!, worse.weights, (weight * slopes[1]) / pairs);
    }
    totals.chosen += settings.beta * better.score;
    totals.rejected += settings.beta * worse.score;
    totals.wins += better.score > worse.score ? 1 : 0;
  }
  const count = Math.max(1, pairs);
  return {
    loss: perPairLoss.reduce((sum, value) => sum + value, 0) / count,
    perPairLoss,
    dChosen,
    dRejected,
    metrics: {
      "rewards/chosen": totals.chosen / count,
      "rewards/rejected": totals.rejected / count,
      "rewards/margins": (totals.chosen - totals.rejected) / count,
      "rewards/accuracies": totals.wins / count,
    },
  };
}

function check(batch: DpoBatch, settings: DpoSettings): void {
  const rows = [batch.rejected, batch.referenceChosen, batch.referenceRejected];
  if (rows.some(({ length }) => length !== batch.chosen.length)) {
    throw new RangeError("Chosen, rejected and reference rows differ in number: give one of each a pair.");
  }
  const { labelSmoothing = 0, losses } = settings;
  if (labelSmoothing >= 0.5 && losses.some(({ loss }) => loss === "robust")) {
    throw new RangeError(`Label smoothing is ${labelSmoothing}, but the robust loss needs less than 0.5: lower it.`);
  }
}

/** One answer: its log-ratio with token weights, its plain log-probability, and the weights, `[tokens]`. */
function side(
  policy: ArrayLike<number>,
  reference: ArrayLike<number>,
  mask: ArrayLike<number>,
  weigh: (mask: ArrayLike<number>) => Float64Array,
): { score: number; logProb: number; weights: Float64Array } {
  const weights = weigh(mask);
  let score = 0;
  let logProb = 0;
  for (let t = 0; t < policy.length; t++) {
    if (mask[t] === 0) continue;
    score += policy[t]! * weights[t]! - reference[t]! * mask[t]!;
    logProb += policy[t]! * mask[t]!;
  }
  return { score, logProb, weights };
}

/** The mask, with `tailWeight` on its tokens after the first `shared` ones. */
function tokenWeights(mask: ArrayLike<number>, shared: number, tailWeight: number): Float64Array {
  let seen = 0;
  return Float64Array.from(mask, (counts) => (counts === 0 ? 0 : ++seen > shared ? counts * tailWeight : counts));
}

function lossOfPair(
  loss: PairLoss,
  scores: readonly [number, number],
  lengths: readonly [number, number],
  { beta, labelSmoothing = 0 }: DpoSettings,
): { value: number; slopes: readonly [number, number] } {
  const [first, second] = scoresAreMeans(loss) ? lengths.map((length) => Math.max(1, length)) : [1, 1];
  const own = pairLoss(loss, scores[0] / first!, scores[1] / second!, { beta, labelSmoothing });
  return { value: own.value, slopes: [own.dChosen / first!, own.dRejected / second!] };
}

function addTo(row: Float64Array, weights: ArrayLike<number>, slope: number): void {
  for (let t = 0; t < row.length; t++) row[t]! += slope * weights[t]!;
}
