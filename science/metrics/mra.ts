/** Mean relative accuracy of numeric answers, in the two forms that are in use. Reference vectors: metrics/mra.json. */

/**
 * VSI-Bench's own: share of the thresholds 0.50, 0.55 … 0.95 with |prediction - truth| / truth <= 1 - threshold, float64
 * (equality counts).
 */
export function meanRelativeAccuracyVsiBench(prediction: number, truth: number): number {
  const count = 10;
  const relative = Math.abs(prediction - truth) / truth;
  // numpy.linspace: start + i * step, the end exact.
  const step = (0.95 - 0.5) / (count - 1);
  let hits = 0;
  for (let i = 0; i < count; i++) {
    const threshold = i === count - 1 ? 0.95 : 0.5 + i * step;
    if (relative <= 1 - threshold) hits++;
  }
  return hits / count;
}

/** Video-R1's: |prediction - truth| / (|truth| + 1e-8) < 1 - threshold, every step in float32 (equality does not count). */
export function meanRelativeAccuracy(prediction: number, truth: number): number {
  const f = Math.fround;
  const wanted = f(truth);
  const relative = f(f(Math.abs(f(f(prediction) - wanted))) / f(Math.abs(wanted) + f(1e-8)));
  let hits = 0;
  for (let i = 0; i < 10; i++) if (relative < f(1 - f(0.5 + i * 0.05))) hits++;
  return hits / 10;
}
