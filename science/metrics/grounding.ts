/** Overlap of intervals, boxes and tubes. Reference vectors: metrics/iou.json. */

export type Interval = readonly [startSec: number, endSec: number];
/** Corners, without the "+ 1" of pixel counts. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];
/** Boxes by frame. */
export type Tube = Readonly<Record<string, Box>>;

/** Temporal intersection over union; 0 for two empty intervals. */
export function temporalIou(a: Interval, b: Interval): number {
  const intersection = Math.max(0, Math.min(a[1], b[1]) - Math.max(a[0], b[0]));
  const union = intersection > 0 ? Math.max(a[1], b[1]) - Math.min(a[0], b[0]) : a[1] - a[0] + (b[1] - b[0]);
  return union > 0 ? intersection / union : 0;
}

export function boxIou(a: Box, b: Box): number {
  const width = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]));
  const height = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]));
  const area = (box: Box): number => (box[2] - box[0]) * (box[3] - box[1]);
  const union = area(a) + area(b) - width * height;
  return union > 0 ? (width * height) / union : 0;
}

/** Sum of box IoU over the frames that both tubes have, over the number of frames that either has. */
export function tubeIou(prediction: Tube, truth: Tube): number {
  const either = new Set([...Object.keys(prediction), ...Object.keys(truth)]);
  if (either.size === 0) return 0;
  let sum = 0;
  for (const [frame, box] of Object.entries(prediction))
    if (truth[frame] !== undefined) sum += boxIou(box, truth[frame]);
  return sum / either.size;
}

/** Frames that both tubes have over frames that either has. */
export function tubeFrameIou(prediction: Tube, truth: Tube): number {
  const both = Object.keys(prediction).filter((frame) => truth[frame] !== undefined).length;
  const either = new Set([...Object.keys(prediction), ...Object.keys(truth)]).size;
  return either > 0 ? both / either : 0;
}
