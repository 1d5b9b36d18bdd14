/** The words of the pack's little world. Every one is a single token with its leading space (see vocabulary.ts). */

export const COLORS = ["red", "orange", "yellow", "green", "cyan", "blue", "purple", "white"] as const;
export const SHAPES = ["circle", "square", "triangle", "cross", "ring"] as const;
export const PLACES = ["left", "right", "top", "bottom", "center"] as const;
/** Heights of a bar, in tenths of the picture. */
export const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8] as const;
export const DIRECTIONS = ["left", "right", "up", "down"] as const;

export type Color = (typeof COLORS)[number];
export type Shape = (typeof SHAPES)[number];
export type Place = (typeof PLACES)[number];
export type Level = (typeof LEVELS)[number];
export type Direction = (typeof DIRECTIONS)[number];

/** Whole seconds of a clip; second s is what frames 2s and 2s + 1 of the usual 2-fps sampling show. */
export const SECONDS = 4;

/** sRGB of each colour. */
export const COLOR_RGB: Readonly<Record<Color, readonly [number, number, number]>> = {
  red: [224, 36, 40],
  orange: [248, 140, 24],
  yellow: [246, 226, 50],
  green: [36, 170, 60],
  cyan: [60, 220, 226],
  blue: [36, 60, 224],
  purple: [166, 46, 196],
  white: [250, 250, 250],
};

/**
 * Colour-shape pairs that no clip of pretraining, training or validation shows: the held-out set has some of its clips
 * from them, reported apart. Each colour and each shape is also seen in other pairs.
 */
export const UNSEEN_PAIRS: ReadonlySet<string> = new Set([
  "red cross",
  "blue triangle",
  "yellow ring",
  "green square",
  "purple circle",
]);

/** The direction of a straight move between two places, or undefined where it would be diagonal or nothing. */
export function directionBetween(from: Place, to: Place): Direction | undefined {
  const column = { left: -1, right: 1, top: 0, bottom: 0, center: 0 };
  const row = { left: 0, right: 0, top: -1, bottom: 1, center: 0 };
  const across = column[to] - column[from];
  const along = row[to] - row[from];
  if ((across === 0) === (along === 0)) return undefined;
  if (across !== 0) return across > 0 ? "right" : "left";
  return along > 0 ? "down" : "up";
}
