/**
 * What a clip shows, second by second, as plain data: drawn from a seed, rendered by render.ts, asked about by
 * questions.ts. Things change between the seconds, so that each second has one true description.
 */
import { GLYPHS, type Glyph } from "./glyphs.ts";
import type { Color, Level, Place, Shape } from "./words.ts";
import { COLORS, LEVELS, PLACES, SECONDS, SHAPES, UNSEEN_PAIRS, directionBetween } from "./words.ts";
import type { Random } from "./random.ts";

export const CLIP_KINDS = [
  "move",
  "turn",
  "recolor",
  "appear",
  "flash",
  "scene",
  "duet",
  "sign",
  "spell",
  "gauge",
] as const;
export type ClipKind = (typeof CLIP_KINDS)[number];

/** One object; the arrays have one entry a second. */
export interface ClipObject {
  readonly shape: Shape | Glyph | "bar";
  readonly colors: readonly Color[];
  readonly places: readonly Place[];
  readonly visible: readonly boolean[];
  /**
   * Flashing objects only: which half of the second it lights up in, or -1 for a dark second. `visible` then says
   * whether the second has a flash.
   */
  readonly flashHalf?: readonly number[];
  /** Bars only: how high it stands. */
  readonly levels?: readonly Level[];
  /** Radius as a fraction of the picture's width. */
  readonly radius: number;
  /** Offset from the place's centre, as fractions of the width. */
  readonly jitter: readonly [number, number];
}

export interface Clip {
  readonly kind: ClipKind;
  /** A picture shows the first second, and all seconds are alike. */
  readonly medium: "video" | "image";
  /** Names the random stream of rendering noise and background. */
  readonly seed: string;
  readonly objects: readonly ClipObject[];
}

const KIND_WEIGHTS: Readonly<Record<ClipKind, number>> = {
  move: 0.11,
  turn: 0.1,
  recolor: 0.14,
  appear: 0.12,
  flash: 0.06,
  scene: 0.12,
  duet: 0.09,
  sign: 0.09,
  spell: 0.07,
  gauge: 0.1,
};

/** Shares of pictures among the clips of a kind; the others are all videos. */
const PICTURE_SHARES: Partial<Readonly<Record<ClipKind, number>>> = { scene: 0.7, sign: 1, gauge: 0.4 };

const always = <T>(value: T): T[] => Array.from({ length: SECONDS }, () => value);

function makeObject(random: Random, shape: ClipObject["shape"], parts: Partial<ClipObject>): ClipObject {
  return {
    shape,
    colors: always<Color>("red"),
    places: always<Place>("center"),
    visible: always(true),
    radius: random.between(0.135, 0.16),
    jitter: [random.between(-0.02, 0.02), random.between(-0.02, 0.02)],
    ...parts,
  };
}

/** Splits the seconds into `runs` non-empty runs and gives each second the number of its run. */
function runsOf(random: Random, runs: number): number[] {
  const cuts = random.sample([1, 2, 3], runs - 1).sort((a, b) => a - b);
  return Array.from({ length: SECONDS }, (_, second) => cuts.filter((cut) => cut <= second).length);
}

function moving(random: Random, turns: boolean): Place[] {
  for (;;) {
    const stops = random.sample(PLACES, turns ? 3 : 2);
    const straight = stops.slice(1).map((to, index) => directionBetween(stops[index] as Place, to));
    if (straight.some((direction) => direction === undefined)) continue;
    if (turns && straight[0] === straight[1]) continue;
    return runsOf(random, stops.length).map((run) => stops[run] as Place);
  }
}

function drawObjects(random: Random, kind: ClipKind, medium: Clip["medium"]): ClipObject[] {
  const colors = random.shuffled(COLORS);
  const shapes = random.shuffled(SHAPES);
  const color = (index: number): Color => colors[index] as Color;
  const shape = (index: number): Shape => shapes[index] as Shape;
  switch (kind) {
    case "move":
    case "turn": {
      const hero = makeObject(random, shape(0), { colors: always(color(0)), places: moving(random, kind === "turn") });
      const free = PLACES.filter((place) => !crosses(hero.places, place));
      if (free.length === 0 || random.chance(0.5)) return [hero];
      return [hero, makeObject(random, shape(1), { colors: always(color(1)), places: always(random.pick(free)) })];
    }
    case "recolor": {
      const runs = runsOf(random, 2 + random.below(3));
      return [
        makeObject(random, shape(0), {
          colors: runs.map((run) => color(run)),
          places: always(random.pick(PLACES)),
        }),
      ];
    }
    case "appear": {
      const count = random.chance(0.6) ? 2 : 3;
      const starts = random.sample([0, 1, 2, 3], count);
      const places = random.sample(PLACES, count);
      const stays = random.chance(0.5);
      return starts.map((start, index) =>
        makeObject(random, shape(index), {
          colors: always(color(index)),
          places: always(places[index] as Place),
          visible: Array.from({ length: SECONDS }, (_, second) => (stays ? second >= start : second === start)),
        }),
      );
    }
    case "flash": {
      const lit = new Set(random.sample([0, 1, 2, 3], 1 + random.below(SECONDS)));
      const visible = Array.from({ length: SECONDS }, (_, second) => lit.has(second));
      return [
        makeObject(random, shape(0), {
          colors: always(color(0)),
          places: always(random.pick(PLACES)),
          visible,
          flashHalf: visible.map((on) => (on ? random.below(2) : -1)),
        }),
      ];
    }
    case "scene": {
      const count = 1 + random.below(4);
      const places = random.sample(PLACES, count);
      return places.map((place, index) =>
        makeObject(random, shape(index), { colors: always(color(index)), places: always(place) }),
      );
    }
    case "duet": {
      const runs = runsOf(random, 2 + random.below(2));
      const stops = moving(random, random.chance(0.6));
      const walker = makeObject(random, shape(0), { colors: always(color(7)), places: stops });
      const free = PLACES.filter((place) => !crosses(stops, place));
      if (free.length === 0) return drawObjects(random, kind, medium);
      return [
        walker,
        makeObject(random, shape(1), { colors: runs.map((run) => color(run)), places: always(random.pick(free)) }),
      ];
    }
    case "sign": {
      const letters = random.sample(GLYPHS, 3);
      return (["left", "center", "right"] as const).map((place, index) =>
        makeObject(random, letters[index]!, { colors: always(color(0)), places: always(place) }),
      );
    }
    case "spell": {
      const runs = runsOf(random, 3 + random.below(2));
      const place = random.pick(PLACES);
      return random.sample(GLYPHS, runs.at(-1)! + 1).map((letter, index) =>
        makeObject(random, letter, {
          colors: always(color(0)),
          places: always(place),
          visible: runs.map((run) => run === index),
        }),
      );
    }
    case "gauge": {
      const runs = medium === "image" ? [0, 0, 0, 0] : runsOf(random, 2 + random.below(2));
      const heights = random.sample(LEVELS, 3);
      return [
        makeObject(random, "bar", {
          colors: always(color(0)),
          levels: runs.map((run) => heights[run] as Level),
        }),
      ];
    }
  }
}

/** Whether a path stops at a place or slides over it (left to right passes the center). */
function crosses(path: readonly Place[], place: Place): boolean {
  if (path.includes(place)) return true;
  if (place !== "center") return false;
  return path.some(
    (stop, second) => second > 0 && stop !== path[second - 1] && path[second - 1] !== "center" && stop !== "center",
  );
}

/** Colour-shape pairs that a clip shows, as "red circle". */
export function pairsOf(clip: Clip): string[] {
  return clip.objects.flatMap((object) => [...new Set(object.colors)].map((color) => `${color} ${object.shape}`));
}

/** True where every pair of the clip may be seen before the held-out set. */
export function showsSeenPairsOnly(clip: Clip): boolean {
  return pairsOf(clip).every((pair) => !UNSEEN_PAIRS.has(pair));
}

/** What makes two clips the same combination, whatever their jitter, noise and background. */
export function combinationKey(clip: Clip): string {
  const objects = clip.objects.map((object) =>
    [
      object.shape,
      object.colors.join(","),
      object.places.join(","),
      object.visible.map(Number).join(""),
      (object.flashHalf ?? []).join(""),
      ...(object.levels ? [object.levels.join("")] : []),
    ].join(" "),
  );
  return `${clip.kind}: ${objects.sort().join(" + ")}`;
}

/** Draws a clip. The kind is drawn by the pack's weights where none is given. */
export function drawClip(random: Random, seed: string, kind?: ClipKind): Clip {
  let drawn = kind;
  if (drawn === undefined) {
    let left = random.next();
    drawn = CLIP_KINDS.find((candidate) => (left -= KIND_WEIGHTS[candidate]) < 0) ?? "scene";
  }
  const medium = random.chance(PICTURE_SHARES[drawn] ?? 0) ? "image" : "video";
  return { kind: drawn, medium, seed, objects: drawObjects(random, drawn, medium) };
}
