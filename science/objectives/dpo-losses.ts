/** Losses of one preference pair as functions of its two scores, the log-ratios of policy to reference. */

export const DPO_LOSSES = ["sigmoid", "sigmoid_norm", "robust", "hinge", "ipo", "apo_zero", "bco_pair", "sft"] as const;
export type DpoLoss = (typeof DPO_LOSSES)[number];

/** `sft` looks at the chosen answer's tokens, not at a pair. */
export type PairLoss = Exclude<DpoLoss, "sft">;

export interface PairLossSettings {
  readonly beta: number;
  /** Share of pairs assumed to be labelled the wrong way round; `sigmoid` (cDPO) and `robust`, which wants less than a half. */
  readonly labelSmoothing: number;
}

export interface PairLossValue {
  readonly value: number;
  /** Derivatives with respect to the scores. */
  readonly dChosen: number;
  readonly dRejected: number;
}

/** These compare means over an answer's tokens, the others sums. */
export function scoresAreMeans(loss: PairLoss): boolean {
  return loss === "ipo" || loss === "sigmoid_norm";
}

/** Loss of one pair. Formulas: the papers named at each; values: reference vectors rl/dpo.json. */
export function pairLoss(loss: PairLoss, chosen: number, rejected: number, settings: PairLossSettings): PairLossValue {
  const { beta, labelSmoothing: flipped } = settings;
  const margin = beta * (chosen - rejected);
  switch (loss) {
    // DPO (arXiv 2305.18290); with label smoothing cDPO. sigmoid_norm is the same of mean log-ratios.
    case "sigmoid":
    case "sigmoid_norm":
      return ofDifference(
        (1 - flipped) * softplus(-margin) + flipped * softplus(margin),
        beta * (flipped * sigmoid(margin) - (1 - flipped) * sigmoid(-margin)),
      );
    // Robust DPO (arXiv 2403.00409): an unbiased estimate of the loss without the noise.
    case "robust": {
      const scale = 1 / (1 - 2 * flipped);
      return ofDifference(
        scale * ((1 - flipped) * softplus(-margin) - flipped * softplus(margin)),
        -beta * scale * ((1 - flipped) * sigmoid(-margin) + flipped * sigmoid(margin)),
      );
    }
    // SLiC (arXiv 2305.10425).
    case "hinge":
      return ofDifference(Math.max(0, 1 - margin), margin < 1 ? -beta : 0);
    // IPO (arXiv 2310.12036).
    case "ipo": {
      const distance = chosen - rejected - 1 / (2 * beta);
      return ofDifference(distance * distance, 2 * distance);
    }
    // APO-zero (arXiv 2408.06266): raises the chosen answer and lowers the rejected one, each for itself.
    case "apo_zero": {
      const better = sigmoid(beta * chosen);
      const worse = sigmoid(beta * rejected);
      return {
        value: 1 - better + worse,
        dChosen: -beta * better * (1 - better),
        dRejected: beta * worse * (1 - worse),
      };
    }
    // BCO (arXiv 2404.04656) with a reward shift of 0, as part of mixed preference optimisation.
    case "bco_pair":
      return {
        value: softplus(-beta * chosen) + softplus(beta * rejected),
        dChosen: -beta * sigmoid(-beta * chosen),
        dRejected: beta * sigmoid(beta * rejected),
      };
  }
}

function ofDifference(value: number, slope: number): PairLossValue {
  return { value, dChosen: slope, dRejected: -slope };
}

function softplus(x: number): number {
  return Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
