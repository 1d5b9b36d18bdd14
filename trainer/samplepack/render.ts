/**
 * Draws clips: RGB frames, edges antialiased by signed distance, on a background whose red grows to the right and
 * whose blue grows downwards (a picture of one flat colour gives a tiny model nothing to find its place by).
 */
import type { Clip, ClipObject } from "./clip.ts";
import { isGlyph, isInked, type Glyph } from "./glyphs.ts";
import { randomFrom } from "./random.ts";
import type { Place, Shape } from "./words.ts";
import { COLOR_RGB, SECONDS } from "./words.ts";

export const CLIP_SIZE_PX = 112;
export const CLIP_FPS = 8;
export const CLIP_FRAMES = SECONDS * CLIP_FPS;

/** The frames that the usual sampling at 2 frames a second takes of the 32: round(linspace(0, 31, 8)). */
export const SAMPLED_FRAMES: readonly number[] = [0, 4, 9, 13, 18, 22, 27, 31];

/** RGB pictures, uint8, `[count, height, width, 3]`. */
export interface RenderedFrames {
  readonly data: Uint8Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
}

const CENTERS: Readonly<Record<Place, readonly [number, number]>> = {
  left: [1 / 6 + 0.005, 0.5],
  right: [5 / 6 - 0.005, 0.5],
  top: [0.5, 1 / 6 + 0.005],
  bottom: [0.5, 5 / 6 - 0.005],
  center: [0.5, 0.5],
};

/** Second s holds still from s * 1.125 on for half a second; changes happen in the 0.625 s between. */
const STRIDE_SEC = 1.125;
const HOLD_SEC = 0.5;

/** Which second's state a time shows, and how far (0..1, eased) it is on the way to the next one. */
function phaseAt(timeSec: number): { second: number; progress: number } {
  const second = Math.min(SECONDS - 1, Math.floor(timeSec / STRIDE_SEC));
  const late = timeSec - second * STRIDE_SEC - HOLD_SEC;
  if (late <= 0 || second === SECONDS - 1) return { second, progress: 0 };
  const linear = Math.min(1, late / (STRIDE_SEC - HOLD_SEC));
  return { second, progress: linear * linear * (3 - 2 * linear) };
}

/** Signed distance to a shape of radius r around the origin, in pixels, negative inside. */
function signedDistance(shape: Shape | "bar", x: number, y: number, radius: number): number {
  switch (shape) {
    case "circle":
      return Math.hypot(x, y) - radius;
    case "ring":
      return Math.abs(Math.hypot(x, y) - radius * 0.72) - radius * 0.27;
    case "square":
      return Math.max(Math.abs(x), Math.abs(y)) - radius * 0.86;
    case "triangle":
      return Math.max(y - radius * 0.75, Math.abs(x) * 0.872 - y * 0.49 - radius * 0.5);
    case "bar":
      return Math.abs(x) - radius * 0.7;
    case "cross": {
      const long = radius;
      const short = radius * 0.34;
      const upright = Math.max(Math.abs(x) - short, Math.abs(y) - long);
      const lying = Math.max(Math.abs(x) - long, Math.abs(y) - short);
      return Math.min(upright, lying);
    }
  }
}

/** A glyph fills its circle's height, 5 wide to 7 high: the share of a pixel's four corners' points that are inked. */
function glyphCover(glyph: Glyph, x: number, y: number, radius: number): number {
  let inked = 0;
  for (const [dx, dy] of CORNERS) {
    const across = (x + dx) / (radius * 2) / (5 / 7) + 0.5;
    if (isInked(glyph, across, (y + dy) / (radius * 2) + 0.5)) inked += 0.25;
  }
  return inked;
}

const CORNERS = [
  [-0.25, -0.25],
  [0.25, -0.25],
  [-0.25, 0.25],
  [0.25, 0.25],
] as const;

interface Pose {
  readonly x: number;
  readonly y: number;
  readonly color: readonly [number, number, number];
  readonly opacity: number;
  /** Height of a bar, in tenths of the picture. */
  readonly level: number;
}

/** How bright a flash is at a time: lit around the sampled frame of its half second. */
function flashOpacity(object: ClipObject, frame: number): number {
  for (let second = 0; second < SECONDS; second += 1) {
    const half = object.flashHalf?.[second] ?? -1;
    if (half < 0) continue;
    const away = Math.abs(frame - (SAMPLED_FRAMES[2 * second + half] as number));
    if (away <= 1) return 1;
  }
  return 0;
}

function poseAt(object: ClipObject, frame: number): Pose {
  const { second, progress } = phaseAt(frame / CLIP_FPS);
  const next = Math.min(SECONDS - 1, second + 1);
  const from = CENTERS[object.places[second] as Place];
  const to = CENTERS[object.places[next] as Place];
  const early = progress < 0.5;
  const shown = early ? second : next;
  const opacity = object.flashHalf
    ? flashOpacity(object, frame)
    : (object.visible[second] ? 1 - progress : 0) + (object.visible[next] ? progress : 0);
  const level = object.levels?.[second] ?? 0;
  return {
    level: level + ((object.levels?.[next] ?? 0) - level) * progress,
    x: from[0] + (to[0] - from[0]) * progress + object.jitter[0],
    y: from[1] + (to[1] - from[1]) * progress + object.jitter[1],
    color: COLOR_RGB[object.colors[shown] ?? "white"],
    opacity,
  };
}

function background(clip: Clip, size: number): Uint8Array {
  const random = randomFrom("background", clip.seed);
  const base = random.between(100, 130);
  const slope = random.between(70, 100);
  const picture = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const at = (y * size + x) * 3;
      picture[at] = base + (x / size - 0.5) * slope;
      picture[at + 1] = base;
      picture[at + 2] = base + (y / size - 0.5) * slope;
    }
  }
  return picture;
}

const BAR_FOOT = 0.95;

function coverOf(shape: ClipObject["shape"], x: number, y: number, radius: number): number {
  if (isGlyph(shape)) return glyphCover(shape, x, y, radius);
  return Math.min(1, Math.max(0, 0.5 - signedDistance(shape, x, y, radius)));
}

function draw(picture: Uint8Array, size: number, object: ClipObject, frame: number): void {
  const pose = poseAt(object, frame);
  if (pose.opacity <= 0.01) return;
  const centerX = pose.x * size;
  const centerY = pose.y * size;
  const radius = object.radius * size;
  const reach = radius + 2;
  const isBar = object.shape === "bar";
  // A bar stands near the bottom edge, wherever its place is.
  const [top, bottom] = isBar
    ? [(BAR_FOOT - pose.level / 10) * size, BAR_FOOT * size]
    : [Math.max(0, centerY - reach), Math.min(size, centerY + reach)];
  for (let y = Math.floor(top); y < bottom; y += 1) {
    for (let x = Math.max(0, Math.floor(centerX - reach)); x < Math.min(size, centerX + reach); x += 1) {
      const cover = coverOf(object.shape, x + 0.5 - centerX, y + 0.5 - centerY, radius) * pose.opacity;
      const shown = isBar ? cover * Math.min(1, y + 1 - top) : cover;
      if (shown <= 0) continue;
      // A little light from above, so that it looks like a thing and not like a hole.
      const light = isBar ? 1 : 1.04 - 0.12 * ((y + 0.5 - centerY) / radius + 1) * 0.5;
      const at = (y * size + x) * 3;
      for (let channel = 0; channel < 3; channel += 1) {
        const under = picture[at + channel] as number;
        const over = Math.min(255, (pose.color[channel] as number) * light);
        picture[at + channel] = under + (over - under) * shown + 0.5;
      }
    }
  }
}

/** The frames that the model sees of a clip: those of the usual sampling, or a picture's only one. */
export const sampledFrames = (clip: Clip): readonly number[] => (clip.medium === "image" ? [0] : SAMPLED_FRAMES);

/** Renders the frames with the given numbers, `[numbers.length, size, size, 3]`; all 32 where none are given. */
export function renderClip(clip: Clip, numbers?: readonly number[], size = CLIP_SIZE_PX): RenderedFrames {
  const wanted = numbers ?? Array.from({ length: CLIP_FRAMES }, (_, frame) => frame);
  const still = background(clip, size);
  const data = new Uint8Array(wanted.length * still.length);
  wanted.forEach((frame, index) => {
    const picture = data.subarray(index * still.length, (index + 1) * still.length);
    picture.set(still);
    for (const object of clip.objects) draw(picture, size, object, frame);
  });
  return { data, count: wanted.length, height: size, width: size };
}

/**
 * Adds what H.264 does to such pictures, roughly: small errors that are alike within 4x4 blocks, and a little grain.
 * A share of the pretraining clips gets it, because rendered pictures never meet an encoder. In place.
 */
export function addCodecNoise(frames: RenderedFrames, seed: string): void {
  const random = randomFrom("codec", seed);
  const strength = random.between(1, 5);
  const across = frames.width >> 2;
  const blocks = new Float32Array(across * (frames.height >> 2) * 3);
  for (let frame = 0; frame < frames.count; frame += 1) {
    for (let index = 0; index < blocks.length; index += 1) blocks[index] = (random.next() - 0.5) * strength;
    const start = frame * frames.height * frames.width * 3;
    for (let y = 0; y < frames.height; y += 1) {
      for (let x = 0; x < frames.width; x += 1) {
        const block = ((y >> 2) * across + (x >> 2)) * 3;
        const grain = (((x * 7919 + y * 104729 + frame * 31) % 17) / 17 - 0.5) * strength;
        const at = start + (y * frames.width + x) * 3;
        for (let channel = 0; channel < 3; channel += 1) {
          const value = (frames.data[at + channel] as number) + (blocks[block + channel] as number) + grain;
          frames.data[at + channel] = Math.max(0, Math.min(255, value + 0.5));
        }
      }
    }
  }
}
