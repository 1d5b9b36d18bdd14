/**
 * Which tokens a KL term counts: GRPO-CARE's ablations (arXiv 2506.16141). The paper names them in words; the exact
 * weights are ours.
 */

export const KL_TOKENS = ["all", "accurate", "split"] as const;
/**
 * `accurate`: only rollouts that are right and no worse than their group's mean. `split`: the mean over the thought and
 * the mean over the answer count alike, however long each is.
 */
export type KlTokens = (typeof KL_TOKENS)[number];

/** Right, and at least as right as the group on average: who can earn the consistency bonus. */
export function accurateRollouts(accuracies: readonly number[]): boolean[] {
  const mean = accuracies.reduce((sum, value) => sum + value, 0) / Math.max(1, accuracies.length);
  return accuracies.map((accuracy) => accuracy > 0.1 && accuracy >= mean);
}

export interface KlRollout {
  readonly accuracy: number;
  readonly tokens: number;
  /** The answer's tokens, `[first, end)`; null without an answer. */
  readonly answer: readonly [number, number] | null;
}

/**
 * Factors on the KL of each token of a group's rollouts. For `split` a row's mean over its tokens becomes the mean over
 * the thought plus the mean over the answer: n / n_thought and n / n_answer. Null where all are 1.
 */
export function klTokenWeights(kind: KlTokens, rollouts: readonly KlRollout[]): Float32Array[] | null {
  if (kind === "all") return null;
  if (kind === "accurate") {
    const accurate = accurateRollouts(rollouts.map(({ accuracy }) => accuracy));
    return rollouts.map(({ tokens }, index) => new Float32Array(tokens).fill(accurate[index] ? 1 : 0));
  }
  return rollouts.map(({ tokens, answer }) => {
    const weights = new Float32Array(tokens).fill(1);
    if (answer === null) return weights;
    const [first, end] = answer;
    const own = end - first;
    if (own === tokens) return weights;
    weights.fill(tokens / (tokens - own));
    return weights.fill(tokens / own, first, end);
  });
}
