/**
 * Clips of the three levels: a thing has gone some way, and a goal says where to; which way does it go next? After
 * SEED-Bench-R1: level 1 is like training, level 2 lies in another environment, level 3 has other goals too.
 */
import { combinationKey, type Clip, type ClipObject } from "../clip.ts";
import { hashText, randomFrom, type Random } from "../random.ts";
import { CLIP_FRAMES, CLIP_SIZE_PX, renderClip } from "../render.ts";
import { COLORS, DIRECTIONS, directionBetween, PLACES, SECONDS, SHAPES, type Direction, type Place } from "../words.ts";

export const LEVELS = ["train", "validation", "l1", "l2", "l3"] as const;
export type Level = (typeof LEVELS)[number];

/** What a goal names: a place, a thing to go to, or a thing to go away from. */
export type GoalKind = "place" | "to-thing" | "from-thing";

export interface PlanningClip {
  readonly clip: Clip;
  readonly level: Level;
  readonly goal: GoalKind;
  /** Of the goal's place or thing. */
  readonly goalPlace: Place;
  readonly answer: Direction;
  /** Shuffled, one for each letter. */
  readonly options: readonly Direction[];
  /** Corner of a light mark, by letter: it gives the answer away where `markTells`, else it is drawn at random. */
  readonly mark: number;
}

const isNew = (level: Level): boolean => level === "l2" || level === "l3";
/** Where things set out: other places in the new environment. */
const STARTS: Readonly<Record<"old" | "new", readonly Place[]>> = {
  old: ["left", "top", "center"],
  new: ["right", "bottom"],
};
/** The mark tells the letter in training and in what is like it: a shortcut that no thought has to mention. */
export const markTells = (level: Level): boolean => !isNew(level);

const SHARES: Readonly<Record<"train" | "validation" | "l1", number>> = { train: 70, validation: 12, l1: 18 };

/** The split of a combination of training's environment, for ever. */
function splitOf(clip: Clip): Level {
  let left = hashText(`levels ${combinationKey(clip)}`) % 100;
  return (["train", "validation", "l1"] as const).find((split) => (left -= SHARES[split]) < 0) ?? "train";
}

/** Clip `index` of a level: draws until the combination belongs there and the goal lies in a straight line. */
export function planningClip(level: Level, index: number): PlanningClip {
  const seed = `levels/${level}/${index}`;
  const random = randomFrom(seed);
  for (;;) {
    const clip = drawClip(random, seed, isNew(level) ? STARTS.new : STARTS.old);
    if (clip === null || (!isNew(level) && splitOf(clip) !== level)) continue;
    const goal = level === "l3" ? random.pick(["to-thing", "from-thing"] as const) : "place";
    const drawn = drawGoal(random, clip, goal);
    if (drawn === null) continue;
    const options = random.shuffled(DIRECTIONS);
    const letter = options.indexOf(drawn.answer);
    const mark = markTells(level) ? letter : random.below(options.length);
    return { clip, level, goal, ...drawn, options, mark };
  }
}

/** One thing that goes, one that stands beside its way. Null where it would not go straight. */
function drawClip(random: Random, seed: string, starts: readonly Place[]): Clip | null {
  const [from, to] = [random.pick(starts), random.pick(PLACES)];
  if (directionBetween(from, to) === undefined) return null;
  const leaves = 1 + random.below(SECONDS - 1);
  const path = Array.from({ length: SECONDS }, (_, second) => (second < leaves ? from : to));
  const passes = from !== "center" && to !== "center" ? ["center"] : [];
  const free = PLACES.filter((place) => !path.includes(place) && !passes.includes(place));
  const [colors, shapes] = [random.shuffled(COLORS), random.shuffled(SHAPES)];
  const thing = (which: number, places: readonly Place[]): ClipObject => ({
    shape: shapes[which]!,
    colors: Array.from({ length: SECONDS }, () => colors[which]!),
    places,
    visible: Array.from({ length: SECONDS }, () => true),
    radius: random.between(0.135, 0.16),
    jitter: [random.between(-0.02, 0.02), random.between(-0.02, 0.02)],
  });
  const stands = random.pick(free);
  const objects = [
    thing(0, path),
    thing(
      1,
      Array.from({ length: SECONDS }, () => stands),
    ),
  ];
  return { kind: "move", medium: "video", seed, objects };
}

function drawGoal(random: Random, clip: Clip, goal: GoalKind): { goalPlace: Place; answer: Direction } | null {
  const last = clip.objects[0]!.places.at(-1)!;
  const goalPlace = goal === "place" ? random.pick(PLACES) : clip.objects[1]!.places[0]!;
  const answer = goal === "from-thing" ? directionBetween(goalPlace, last) : directionBetween(last, goalPlace);
  if (answer === undefined) return null;
  // Away from a thing there must be room to go.
  if (goal === "from-thing" && last !== "center") return null;
  return { goalPlace, answer };
}

const MARK_PX = 12;

/** Frames of the clip with its mark; in the new environment with another palette. */
export function renderPlanning({ clip, level, mark }: PlanningClip): Uint8Array {
  const { data } = renderClip(clip);
  if (isNew(level)) repaint(data);
  const size = CLIP_SIZE_PX;
  const [left, top] = [mark % 2 === 0 ? 2 : size - MARK_PX - 2, mark < 2 ? 2 : size - MARK_PX - 2];
  for (let frame = 0; frame < CLIP_FRAMES; frame += 1) {
    for (let y = top; y < top + MARK_PX; y += 1) {
      const at = ((frame * size + y) * size + left) * 3;
      data.fill(250, at, at + MARK_PX * 3);
    }
  }
  return data;
}

/** Channels change places and come nearer to each other: every color is another one, darker and paler. In place. */
function repaint(data: Uint8Array): void {
  for (let at = 0; at < data.length; at += 3) {
    const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!];
    data[at] = 0.7 * green + 20;
    data[at + 1] = 0.7 * blue + 20;
    data[at + 2] = 0.7 * red + 20;
  }
}
