/** Temporal grounding: one stretch (Charades-STA, TVGBench), several (Video-Thinker), and with an answer (NExT-GQA). */
import { temporalIou, type Interval } from "./grounding.ts";

const length = ([start, end]: Interval): number => Math.max(0, end - start);
const overlap = (a: Interval, b: Interval): number => Math.max(0, Math.min(a[1], b[1]) - Math.max(a[0], b[0]));

/** Share of the prediction that lies inside the truth. 0 for an empty prediction. */
export function intersectionOverPrediction(prediction: Interval, truth: Interval): number {
  return length(prediction) > 0 ? overlap(prediction, truth) / length(prediction) : 0;
}

/** For each true stretch the best prediction's tIoU: many to one is allowed, as published (Video-Thinker, 4.1). */
export function bestIous(predictions: readonly Interval[], truths: readonly Interval[]): number[] {
  return truths.map((truth) => Math.max(0, ...predictions.map((prediction) => temporalIou(prediction, truth))));
}

/** Mean of {@link bestIous}. */
export function meanBestIou(predictions: readonly Interval[], truths: readonly Interval[]): number {
  return truths.length === 0 ? 0 : sum(bestIous(predictions, truths)) / truths.length;
}

/** Share of true stretches that some prediction meets with at least `threshold`. */
export function segmentRecall(
  predictions: readonly Interval[],
  truths: readonly Interval[],
  threshold: number,
): number {
  if (truths.length === 0) return 0;
  return bestIous(predictions, truths).filter((iou) => iou >= threshold).length / truths.length;
}

/** The same with each prediction used once at most (best pairs first): naming many windows no longer helps. */
export function oneToOneIou(predictions: readonly Interval[], truths: readonly Interval[]): number {
  if (truths.length === 0) return 0;
  const pairs = truths.flatMap((truth, t) =>
    predictions.map((prediction, p) => ({ t, p, iou: temporalIou(prediction, truth) })),
  );
  pairs.sort((a, b) => b.iou - a.iou || a.t - b.t || a.p - b.p);
  const [usedTruths, usedPredictions] = [new Set<number>(), new Set<number>()];
  let total = 0;
  for (const { t, p, iou } of pairs) {
    if (usedTruths.has(t) || usedPredictions.has(p)) continue;
    usedTruths.add(t);
    usedPredictions.add(p);
    total += iou;
  }
  return total / truths.length;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
