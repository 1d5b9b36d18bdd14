/** Counterfactual clips: what a model would have been shown, had a frame been another one. */
import type { FrameChange } from "../../contract/session.ts";
import { RandomStream } from "../../science/rng.ts";
import type { Clip } from "../media/clips.ts";

/** Pixels on each side that a blurred frame's pixels are averaged over, a sixth of its shorter side. */
const blurRadius = (width: number, height: number): number => Math.max(2, Math.round(Math.min(width, height) / 6));

/**
 * The clip with one frame (or the order) changed; sizes stay, and all but `drop` keep the number of frames.
 * `replace` shows flat grey, `repeat` shows the frame before it once more (the one after it for the first).
 * @throws RangeError where the clip has no such frame, or only one for a change that needs two.
 */
export function changedClip(clip: Clip, { kind, frame }: FrameChange): Clip {
  const count = clip.frames.length;
  if (frame >= count) throw new RangeError(`The clip has ${count} frames; there is no frame ${frame + 1}.`);
  const places = clip.frames.map((_, place) => place);
  switch (kind) {
    case "drop":
      if (count < 2) throw new RangeError("The only frame cannot be dropped: blur or replace it.");
      return reordered(
        clip,
        places.filter((place) => place !== frame),
      );
    case "shuffle":
      return reordered(clip, new RandomStream("counterfactual", clip.contentHash).permutation(count));
    case "reverse":
      return reordered(clip, places.reverse());
    case "repeat":
      if (count < 2) throw new RangeError("A single frame has no neighbour to repeat: blur or replace it.");
      return reordered(
        clip,
        places.map((place) => (place === frame ? (frame === 0 ? 1 : frame - 1) : place)),
      );
    case "blur":
      return repainted(clip, frame, blurred);
    case "replace":
      return repainted(clip, frame, (rgb) => rgb.fill(128));
  }
}

/** The clip with its frames in another order. @throws RangeError where `order` names other frames than the clip has. */
export function inOrderOf(clip: Clip, order: readonly number[]): Clip {
  if (order.some((from) => from >= clip.frames.length)) {
    throw new RangeError(
      `The order names frame ${Math.max(...order) + 1}, but the clip has ${clip.frames.length} here: show as many frames as then.`,
    );
  }
  return reordered(clip, order);
}

function reordered(clip: Clip, order: readonly number[]): Clip {
  const bytes = clip.width * clip.height * 3;
  const pixels = new Uint8Array(order.length * bytes);
  order.forEach((from, to) => pixels.set(clip.pixels.subarray(from * bytes, (from + 1) * bytes), to * bytes));
  return { ...clip, pixels, frames: order.map((from) => clip.frames[from]!) };
}

function repainted(
  clip: Clip,
  frame: number,
  paint: (rgb: Uint8Array, width: number, height: number) => unknown,
): Clip {
  const bytes = clip.width * clip.height * 3;
  const pixels = clip.pixels.slice();
  paint(pixels.subarray(frame * bytes, (frame + 1) * bytes), clip.width, clip.height);
  return { ...clip, pixels };
}

/** Box blur in place, twice: rows, then columns. */
function blurred(rgb: Uint8Array, width: number, height: number): void {
  const radius = blurRadius(width, height);
  for (let pass = 0; pass < 2; pass++) {
    for (let row = 0; row < height; row++) smooth(rgb, row * width * 3, 3, width, radius);
    for (let column = 0; column < width; column++) smooth(rgb, column * 3, width * 3, height, radius);
  }
}

/** Means over `2 radius + 1` neighbours along a line of `count` pixels, `stride` bytes apart; edges take what is there. */
function smooth(rgb: Uint8Array, start: number, stride: number, count: number, radius: number): void {
  for (let channel = 0; channel < 3; channel++) {
    const line = Array.from({ length: count }, (_, place) => rgb[start + channel + place * stride]!);
    for (let place = 0; place < count; place++) {
      const near = line.slice(Math.max(0, place - radius), place + radius + 1);
      rgb[start + channel + place * stride] = Math.round(near.reduce((sum, value) => sum + value, 0) / near.length);
    }
  }
}
