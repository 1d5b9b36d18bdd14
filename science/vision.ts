/**
 * Sizes and samples: how large a frame becomes, which frames are taken, how many tokens they cost. Two conventions exist:
 * `qwen_vl_utils` (Video-R1 trains with it; our default) and `hf` (transformers). Reference vectors: preprocess/.
 */

export type SizeConvention = "qwen_vl_utils" | "hf";

/** A size or sample that the convention refuses. */
export class VisionSizeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "VisionSizeError";
  }
}

/** Side of a merged token in pixels: patch 14, merge 2. */
export const MERGED_PATCH = 28;

/** Python's `round`: halves go to the even number. */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}

export interface ResizeBounds {
  readonly minPixels: number;
  readonly maxPixels: number;
  readonly factor?: number;
}

/** Height and width as multiples of the factor, area inside the bounds where one step reaches them. Aspect ratio <= 200. */
export function smartResize(
  height: number,
  width: number,
  bounds: ResizeBounds,
  convention: SizeConvention = "qwen_vl_utils",
): { height: number; width: number } {
  const { minPixels, maxPixels, factor = MERGED_PATCH } = bounds;
  if (!(height > 0 && width > 0)) throw new VisionSizeError(`A picture of ${width} x ${height} pixels has no area.`);
  if (Math.max(height, width) / Math.min(height, width) > 200) {
    throw new VisionSizeError(
      `A picture of ${width} x ${height} pixels is more than 200 times as long as wide: crop it.`,
    );
  }
  const floor = convention === "qwen_vl_utils" ? factor : 0;
  const near = (side: number): number => Math.max(floor, roundHalfEven(side / factor) * factor);
  const area = near(height) * near(width);
  if (area > maxPixels) {
    const scale = Math.sqrt((height * width) / maxPixels);
    const least = convention === "hf" ? factor : 0;
    const shrink = (side: number): number => Math.max(least, Math.floor(side / scale / factor) * factor);
    return { height: shrink(height), width: shrink(width) };
  }
  if (area < minPixels) {
    const scale = Math.sqrt(minPixels / (height * width));
    const grow = (side: number): number => Math.ceil((side * scale) / factor) * factor;
    return { height: grow(height), width: grow(width) };
  }
  return { height: near(height), width: near(width) };
}

export interface ClipBudget {
  readonly minPixels: number;
  /** Cap of one frame (`VIDEO_MAX_PIXELS`). */
  readonly cap: number;
  readonly totalPixels: number;
  /** A caller's own bound can only lower the budget. */
  readonly maxPixels?: number;
}

/** Frame size of a clip: the smaller of the cap and an even share of the clip's budget, at least 1.05 x minPixels. */
export function clipFrameSize(
  frameCount: number,
  height: number,
  width: number,
  budget: ClipBudget,
): { maxPixels: number; height: number; width: number } {
  const share = Math.min(budget.cap, (budget.totalPixels / frameCount) * 2);
  const perFrame = Math.max(share, Math.floor(budget.minPixels * 1.05));
  const maxPixels = budget.maxPixels === undefined ? perFrame : Math.min(budget.maxPixels, perFrame);
  return { maxPixels, ...smartResize(height, width, { minPixels: budget.minPixels, maxPixels }) };
}

/** Placeholder tokens of a medium: one for each 2 x 2 patches of each pair of frames (an odd last frame is repeated). */
export function placeholderTokens(frameCount: number, height: number, width: number): number {
  return Math.ceil(frameCount / 2) * (height / MERGED_PATCH) * (width / MERGED_PATCH);
}
