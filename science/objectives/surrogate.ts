/** The policy term of one token: what replaces -ratio * advantage in each method. */

export interface SurrogateSettings {
  readonly lossType: string;
  /** Clip range of the ratio: [1 - epsilonLow, 1 + epsilonHigh]. CISPO: the ratio's cap is epsilonHigh itself. */
  readonly epsilonLow?: number;
  readonly epsilonHigh?: number;
  /** Upper bound of the unclipped ratio too (two-sided clip); null: none. */
  readonly delta?: number | null;
  /** SAPO's temperatures for positive and for other advantages. */
  readonly sapoPositive?: number;
  readonly sapoNegative?: number;
}

export interface PolicyTerm {
  readonly value: number;
  readonly dRatio: number;
  /** Derivative that does not go through the ratio. */
  readonly dLogProb: number;
}

export function policyTerm(ratio: number, advantage: number, logProb: number, settings: SurrogateSettings): PolicyTerm {
  const { epsilonLow = 0.2, epsilonHigh = 0.2, delta = null } = settings;
  switch (settings.lossType) {
    case "cispo": {
      const weight = Math.min(ratio, epsilonHigh) * advantage;
      return { value: -weight * logProb, dRatio: 0, dLogProb: -weight };
    }
    case "sapo": {
      const temperature = advantage > 0 ? (settings.sapoPositive ?? 1) : (settings.sapoNegative ?? 1.05);
      const gate = 1 / (1 + Math.exp(-temperature * (ratio - 1)));
      const value = (-4 / temperature) * gate * advantage;
      return { value, dRatio: -4 * gate * (1 - gate) * advantage, dLogProb: 0 };
    }
    case "video_r1":
      return { value: -ratio * advantage, dRatio: -advantage, dLogProb: 0 };
    default:
      return clippedTerm(ratio, advantage, 1 - epsilonLow, 1 + epsilonHigh, delta);
  }
}

/** -min(ratio * A, clip(ratio) * A). Where both are equal each carries half of the gradient, as torch.minimum has it. */
export function clippedTerm(
  ratio: number,
  advantage: number,
  low: number,
  high: number,
  delta: number | null = null,
): PolicyTerm {
  const bound = delta ?? Number.POSITIVE_INFINITY;
  const plain = Math.min(ratio, bound) * advantage;
  const clipped = Math.min(Math.max(ratio, low), high) * advantage;
  const plainSlope = ratio <= bound ? advantage : 0;
  const clippedSlope = ratio >= low && ratio <= high ? advantage : 0;
  const slope = plain < clipped ? plainSlope : plain > clipped ? clippedSlope : (plainSlope + clippedSlope) / 2;
  return { value: -Math.min(plain, clipped), dRatio: -slope, dLogProb: 0 };
}
