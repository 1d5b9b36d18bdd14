/** Which frames of a clip the model is shown. Reference vectors: preprocess/frame_sampling.json. */
import { roundHalfEven, VisionSizeError } from "./vision.ts";

export interface FrameRequest {
  readonly totalFrames: number;
  readonly videoFps: number;
  /** Wanted frames a second; default 2. Not used when `frameCount` is given. */
  readonly fps?: number;
  readonly frameCount?: number;
  /** Default 4 and 768. */
  readonly minFrames?: number;
  readonly maxFrames?: number;
}

export interface FrameSample {
  readonly indices: readonly number[];
  /** Frames a second that the sample amounts to. */
  readonly sampleFps: number;
}

const evenBelow = (value: number): number => Math.floor(value / 2) * 2;
const evenAbove = (value: number): number => Math.ceil(value / 2) * 2;

/** qwen_vl_utils: an even number of frames, spread evenly from the first to the last. Needs at least 2 frames. */
export function sampleFrames(request: FrameRequest): FrameSample {
  const { totalFrames, videoFps, fps = 2, minFrames = 4, maxFrames = 768 } = request;
  let count: number;
  if (request.frameCount !== undefined) {
    count = roundHalfEven(request.frameCount / 2) * 2;
  } else {
    // The library clamps its default cap, not a given one, to the clip's length; the last minimum does it for both.
    const most =
      request.maxFrames === undefined || maxFrames === 768
        ? evenBelow(Math.min(maxFrames, totalFrames))
        : evenBelow(maxFrames);
    const wanted = Math.min(Math.max((totalFrames / videoFps) * fps, evenAbove(minFrames)), most);
    count = evenBelow(Math.min(wanted, totalFrames));
  }
  refuseImpossible(count, totalFrames);
  return { indices: evenlySpaced(totalFrames, count), sampleFps: (count / Math.max(totalFrames, 1e-6)) * videoFps };
}

/** round(linspace(0, total - 1, count)) in float32 steps from both ends, as torch has it; halves to even. */
function evenlySpaced(totalFrames: number, count: number): number[] {
  const last = totalFrames - 1;
  const step = Math.fround(last / (count - 1));
  return Array.from({ length: count }, (_, index) =>
    roundHalfEven(
      index < count / 2 ? Math.fround(step * index) : Math.fround(last - Math.fround(step * (count - 1 - index))),
    ),
  );
}

/** transformers' rule: floor(i * total / count). It may give one index too many, past the end: kept as it is. */
export function sampleFramesLikeTransformers(request: FrameRequest): readonly number[] {
  const { totalFrames, videoFps, fps = 2, minFrames = 4, maxFrames = 768 } = request;
  let count: number;
  if (request.frameCount !== undefined) {
    count = roundHalfEven(request.frameCount / 2) * 2;
  } else {
    const most = evenBelow(Math.min(maxFrames, totalFrames));
    const wanted = Math.min(Math.max((totalFrames / videoFps) * fps, minFrames), most, totalFrames);
    count = evenBelow(wanted);
  }
  refuseImpossible(count, totalFrames);
  const step = totalFrames / count;
  return Array.from({ length: Math.ceil(totalFrames / step) }, (_, index) => Math.trunc(Math.fround(index * step)));
}

function refuseImpossible(count: number, totalFrames: number): void {
  if (count >= 2 && count <= totalFrames) return;
  throw new VisionSizeError(
    `${count} frames cannot be taken from a clip of ${totalFrames}: at least 2 and at most all are possible. Use a longer clip or ask for fewer frames.`,
  );
}
