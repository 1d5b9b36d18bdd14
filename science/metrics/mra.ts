/** Mean relative accuracy of numeric answers, in the forms that are in use. Reference vectors: metrics/mra.json. */

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

/**
 * VerIPO's: share of the thresholds between 0.50 and 0.95 with |prediction - truth| / |truth| <= 1 - threshold. The
 * published scorer has 11 of them, 0.045 apart; the nominal grid has 10, 0.05 apart. Equality counts, with room for
 * rounding (a plain comparison loses it for 7 against 10).
 */
export function meanRelativeAccuracyVeripo(prediction: number, truth: number, points: 10 | 11): number {
  const relative = Math.abs(prediction - truth) / Math.abs(truth);
  let hits = 0;
  for (let i = 0; i < points; i++) if (relative <= 0.5 - (0.45 * i) / (points - 1) + 1e-9) hits++;
  return hits / points;
}
