/**
 * How likely a model finds the answer that a rollout gave, read off the log-probabilities of the answer's tokens
 * (GRPO-CARE, arXiv 2506.16141).
 */

export const LIKELIHOOD_FORMS = ["geometric", "arithmetic"] as const;
/** Mean of the tokens' probabilities: geometric in the authors' code, arithmetic in the paper's algorithm box. */
export type LikelihoodForm = (typeof LIKELIHOOD_FORMS)[number];

/**
 * Tokens that stand strictly between the last `<answer>` and the `</answer>` after it, as `[first, end)`; null when there
 * is no such pair or nothing lies wholly between. `texts` are the completion's tokens, in order.
 */
export function answerTokenSpan(texts: readonly string[]): readonly [number, number] | null {
  const whole = texts.join("");
  const open = whole.lastIndexOf("<answer>");
  if (open === -1) return null;
  const start = open + "<answer>".length;
  const end = whole.indexOf("</answer>", start);
  if (end === -1) return null;
  let at = 0;
  let first = -1;
  let last = -1;
  texts.forEach((text, index) => {
    if (text !== "" && at >= start && at + text.length <= end) {
      if (first === -1) first = index;
      last = index;
    }
    at += text.length;
  });
  return first === -1 ? null : [first, last + 1];
}

/** 0 .. 1 from log-probabilities in nats. */
export function likelihoodOf(
  logProbs: ArrayLike<number>,
  [first, end]: readonly [number, number],
  form: LikelihoodForm,
): number {
  let sum = 0;
  for (let t = first; t < end; t++) sum += form === "geometric" ? logProbs[t]! : Math.exp(logProbs[t]!);
  const mean = sum / (end - first);
  return form === "geometric" ? Math.exp(mean) : mean;
}
