/**
 * Clips in pairs: one obeys a law of the pack's little world, its twin breaks it. Both have the same background, the same
 * objects and the same seconds before the event, and the same questions are asked about both, so that words alone cannot
 * tell which is which. Broken are the laws that VideoHallu's physics and consistency questions are about.
 */
import type { CategoryCode } from "../../../science/videohallu/taxonomy.ts";
import type { Clip, ClipObject } from "../clip.ts";
import { named } from "../drafts.ts";
import type { Random } from "../random.ts";
import { COLORS, PLACES, SECONDS, SHAPES, UNSEEN_PAIRS, type Color, type Place, type Shape } from "../words.ts";

export const LAWS = ["gravity", "color", "persistence", "creation", "path", "solidity"] as const;
export type Law = (typeof LAWS)[number];

/** The law in a sentence, and VideoHallu's sub-category of questions about it. */
export const LAW_FACTS: Readonly<Record<Law, { readonly category: CategoryCode; readonly says: string }>> = {
  gravity: { category: "P-M", says: "What is let go falls." },
  color: { category: "P-ST", says: "Nothing changes its color by itself." },
  persistence: { category: "P-C", says: "Nothing vanishes." },
  creation: { category: "P-C", says: "Nothing comes out of nothing." },
  path: { category: "SC-TD", says: "What goes from one side to the other passes the center." },
  solidity: { category: "P-CAP", says: "Nothing goes through another thing." },
};

export interface ClipPair {
  readonly law: Law;
  readonly possible: Clip;
  readonly impossible: Clip;
  /** The first second of the impossible clip that breaks the law. */
  readonly brokenAt: number;
  readonly question: string;
  /** What is true of the possible clip; of its twin it is the other one. */
  readonly usually: "yes" | "no";
  /** What a thought writes down of a second of one of the clips: where or what color the asked thing is, or "none". */
  readonly seen: (clip: Clip, second: number) => string;
}

const always = <T>(value: T): T[] => Array.from({ length: SECONDS }, () => value);
const until = <T>(second: number, before: T, after: T): T[] =>
  Array.from({ length: SECONDS }, (_, at) => (at < second ? before : after));

interface Cast {
  readonly shape: Shape;
  readonly color: Color;
  readonly body: Pick<ClipObject, "radius" | "jitter">;
}

function thing(cast: Cast, parts: { colors?: Color[]; places: Place[]; visible?: boolean[] }): ClipObject {
  const { shape, color, body } = cast;
  return { shape, colors: always(color), visible: always(true), ...parts, ...body };
}

/** Two things of different shapes and colors that no split keeps for its unseen pairs. */
function drawCast(random: Random): [Cast, Cast] {
  for (;;) {
    const [first, second] = random.sample(SHAPES, 2);
    const [one, other] = random.sample(COLORS, 2);
    const body = () => ({
      radius: random.between(0.135, 0.16),
      jitter: [random.between(-0.02, 0.02), random.between(-0.02, 0.02)] as const,
    });
    const cast = [
      { shape: first!, color: one!, body: body() },
      { shape: second!, color: other!, body: body() },
    ] as [Cast, Cast];
    if (cast.every(({ color, shape }) => !UNSEEN_PAIRS.has(`${color} ${shape}`))) return cast;
  }
}

/** Where a thing is in each second, by its shape; it may be drawn as two objects, one until it jumps and one from then on. */
const placeOf =
  (shape: Shape) =>
  (clip: Clip, second: number): string =>
    clip.objects.find((object) => object.shape === shape && object.visible[second])?.places[second] ?? "none";

interface Draft extends Pick<ClipPair, "brokenAt" | "question" | "usually" | "seen"> {
  readonly possible: readonly ClipObject[];
  readonly impossible: readonly ClipObject[];
  /** Places at which a bystander would be in the way. */
  readonly taken: readonly Place[];
}

/** A pair that breaks `law`, drawn from `random`; `seed` names the rendering of both clips. */
export function drawPair(random: Random, seed: string, law: Law): ClipPair {
  const [hero, other] = drawCast(random);
  const draft = DRAFTS[law](random, hero, other);
  const free = PLACES.filter((place) => !draft.taken.includes(place));
  const bystander = free.length > 0 && random.chance(0.5) ? [thing(other, { places: always(random.pick(free)) })] : [];
  const clip = (objects: readonly ClipObject[]): Clip => ({
    kind: "scene",
    medium: "video",
    seed,
    objects: [...bystander, ...objects],
  });
  const { possible, impossible, brokenAt, question, usually, seen } = draft;
  return { law, possible: clip(possible), impossible: clip(impossible), brokenAt, question, usually, seen };
}

const DRAFTS: Readonly<Record<Law, (random: Random, hero: Cast, other: Cast) => Draft>> = {
  gravity: (random, hero) => {
    const brokenAt = 1 + random.below(3);
    const asksDown = random.chance(0.5);
    const possible = thing(hero, { places: until(brokenAt, "center", "bottom") });
    return {
      brokenAt,
      question: `Does the ${named(possible)} go ${asksDown ? "down" : "up"}?`,
      usually: asksDown ? "yes" : "no",
      seen: placeOf(hero.shape),
      possible: [possible],
      impossible: [thing(hero, { places: until(brokenAt, "center", "top") })],
      taken: ["center", "bottom", "top"],
    };
  },
  color: (random, hero, { color }) => {
    const brokenAt = 1 + random.below(3);
    const place = random.pick(PLACES);
    const asksSame = random.chance(0.5);
    return {
      brokenAt,
      question: asksSame ? `Does the ${hero.shape} show the same color?` : `Does the ${hero.shape} show many colors?`,
      usually: asksSame ? "yes" : "no",
      seen: (clip, second) => clip.objects.find(({ shape }) => shape === hero.shape)!.colors[second]!,
      possible: [thing(hero, { places: always(place) })],
      impossible: [thing(hero, { places: always(place), colors: until(brokenAt, hero.color, color) })],
      taken: [place],
    };
  },
  persistence: (random, hero) => {
    const brokenAt = 1 + random.below(3);
    const place = random.pick(PLACES);
    const possible = thing(hero, { places: always(place) });
    return {
      brokenAt,
      question: `Is the ${named(possible)} there last?`,
      usually: "yes",
      seen: placeOf(hero.shape),
      possible: [possible],
      impossible: [thing(hero, { places: always(place), visible: until(brokenAt, true, false) })],
      taken: [place],
    };
  },
  creation: (random, hero, other) => {
    const brokenAt = 1 + random.below(3);
    const [place, elsewhere] = random.sample(PLACES, 2) as [Place, Place];
    const stands = thing(other, { places: always(elsewhere) });
    const comes = thing(hero, { places: always(place), visible: until(brokenAt, false, true) });
    return {
      brokenAt,
      question: `Is the ${named(comes)} there last?`,
      usually: "no",
      seen: placeOf(hero.shape),
      possible: [stands],
      impossible: [stands, comes],
      taken: [...PLACES],
    };
  },
  path: (random, hero) => {
    const brokenAt = 1 + random.below(2);
    const [from, to] = random.pick([
      ["left", "right"],
      ["right", "left"],
    ] as const);
    const steps = Array.from({ length: SECONDS }, (_, at) => (at < brokenAt ? from : at === brokenAt ? "center" : to));
    const possible = thing(hero, { places: steps });
    return {
      brokenAt,
      question: `Does the ${named(possible)} go to the center?`,
      usually: "yes",
      seen: placeOf(hero.shape),
      possible: [possible],
      // Gone here and there at once: were it one object, it would be drawn gliding over the center.
      impossible: [
        thing(hero, { places: always(from), visible: until(brokenAt, true, false) }),
        thing(hero, { places: always(to), visible: until(brokenAt, false, true) }),
      ],
      taken: ["left", "center", "right"],
    };
  },
  solidity: (random, hero, other) => {
    const brokenAt = 1 + random.below(3);
    const [from, to] = random.pick([
      ["left", "right"],
      ["right", "left"],
    ] as const);
    const wall = thing(other, { places: always("center") });
    const waits = thing(hero, { places: always(from) });
    return {
      brokenAt,
      question: `Does the ${named(waits)} go ${to}?`,
      usually: "no",
      seen: placeOf(hero.shape),
      possible: [wall, waits],
      impossible: [wall, thing(hero, { places: until(brokenAt, from, to) })],
      taken: [...PLACES],
    };
  },
};
