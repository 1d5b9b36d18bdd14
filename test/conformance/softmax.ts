/** The step between logits and log-probabilities, which the engine does in the product and the vectors ask for. */

/** log softmax of one row in float64. */
export function logSoftmaxRow(logits: ArrayLike<number>): Float64Array {
  const values = Float64Array.from(logits);
  const top = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const sum = values.reduce((total, value) => total + Math.exp(value - top), 0);
  return values.map((value) => value - top - Math.log(sum));
}

/** d(loss)/d(logits) of one row from d(loss)/d(log-probability of `id`). */
export function logitGradient(logits: ArrayLike<number>, id: number, slope: number): Float64Array {
  return logSoftmaxRow(logits).map((value, index) => slope * ((index === id ? 1 : 0) - Math.exp(value)));
}
