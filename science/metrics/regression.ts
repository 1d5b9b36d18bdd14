/**
 * Errors of numeric answers. Three formulas go by the name of relative accuracy (PRIMO R1 uses the linear one, its baselines
 * the thresholds of `mra.ts`, its ablation the range); they are never mixed under one name.
 */

/** clip(1 - |prediction - truth| / |truth|, 0, 1): linear. A truth of 0: 1 when met, else 0. */
export function relativeAccuracy(prediction: number, truth: number): number {
  if (truth === 0) return prediction === 0 ? 1 : 0;
  return Math.min(1, Math.max(0, 1 - Math.abs(prediction - truth) / Math.abs(truth)));
}

/** 1 - |prediction - truth| / range, not below 0: for a scale from 0 to `range`. */
export function rangeAccuracy(prediction: number, truth: number, range: number): number {
  return Math.max(0, 1 - Math.abs(prediction - truth) / range);
}

/** Root of the mean of squared errors. */
export function rootMeanSquare(squaredErrors: readonly number[]): number {
  return Math.sqrt(squaredErrors.reduce((sum, value) => sum + value, 0) / squaredErrors.length);
}
