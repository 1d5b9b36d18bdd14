/**
 * Thoughts about one second of a clip: the evidence is written out, then what was asked follows from it, as an
 * instructed model answers. The pack asks about first and last, before and after, about all of a clip; never this.
 */
import { captionOfSecond, inReadingOrder } from "./captions.ts";
import type { Clip, ClipObject } from "./clip.ts";
import { isGlyph } from "./glyphs.ts";

import type { Random } from "./random.ts";
import { TURN, finish, letterOf, optionLines, silent, taught } from "./segments.ts";
import type { Segment } from "./segments.ts";
import { recallOf } from "./traces.ts";
import { COLORS, PLACES, SECONDS, SHAPES } from "./words.ts";

interface Thought {
  readonly question: string;
  readonly evidence: string;
  /** What is looked up, e.g. "2 s" or "left". */
  readonly key: string;
  readonly answer: string;
  /** Words to choose from; without them the answer stands for itself. */
  readonly pool?: readonly string[];
}

const listed = (seen: (second: number) => string): string =>
  Array.from({ length: SECONDS }, (_, second) => `${second} s ${seen(second)}`).join(", ");

/** Null where the clip has nothing of the kind to ask. */
export function thoughtBranch(random: Random, clip: Clip): Segment[] | null {
  const second = random.below(SECONDS);
  const thought = clip.medium === "image" ? aboutPicture(random, clip) : aboutSecond(random, clip, second);
  if (thought === null) return null;
  const { question, evidence, key, answer, pool = [] } = thought;
  const wrong = random.sample(
    pool.filter((word) => word !== answer),
    3,
  );
  const options = pool.length === 0 ? [] : random.shuffled([answer, ...wrong]);
  const letter = options.length === 0 ? answer : letterOf(options, answer);
  return [
    silent(`${question}${optionLines(options)}${TURN}`),
    taught("<think>", 0.2),
    taught(`${recallOf(options)}${evidence}.`),
    taught(` So${key === "" ? "" : ` ${key}`}`, 0.3),
    taught(options.length === 0 ? ` ${answer}` : ` ${answer} ${letter}`),
    ...finish(letter),
  ];
}

function aboutPicture(random: Random, clip: Clip): Thought {
  const evidence = `image ${captionOfSecond(clip, 0)}`;
  const object = random.pick(clip.objects);
  const color = object.colors[0]!;
  const place = object.places[0]!;
  if (object.levels) return { question: "What color is the bar?", evidence, key: "bar", answer: color, pool: COLORS };
  if (isGlyph(object.shape))
    return { question: `What is written ${place}?`, evidence, key: place, answer: object.shape };
  return random.chance(0.5)
    ? { question: `What color is ${place}?`, evidence, key: place, answer: color, pool: COLORS }
    : { question: `Which shape is ${place}?`, evidence, key: place, answer: object.shape, pool: SHAPES };
}

function aboutSecond(random: Random, clip: Clip, second: number): Thought | null {
  const shown = inReadingOrder(clip.objects, second);
  if (random.chance(0.15) && !clip.objects.some(({ levels, shape }) => levels || isGlyph(shape))) {
    const evidence = `${second} s ${captionOfSecond(clip, second)}`;
    return { question: `How many shapes are there at ${second} s?`, evidence, key: "", answer: String(shown.length) };
  }
  if (shown.length === 0) return null;
  const object: ClipObject = random.pick(shown);
  const key = `${second} s`;
  const at = `at ${second} s?`;
  if (object.levels)
    return {
      question: `How high is the bar ${at}`,
      evidence: listed((s) => String(object.levels![s])),
      key,
      answer: String(object.levels[second]),
    };
  if (isGlyph(object.shape)) {
    const read = (s: number): string => clip.objects.find(({ visible }) => visible[s])!.shape;
    return { question: `What is written ${at}`, evidence: listed(read), key, answer: object.shape };
  }
  const recolored = new Set(object.colors).size > 1;
  const named = recolored ? object.shape : `${object.colors[0]} ${object.shape}`;
  const seen = (what: readonly string[]) => (s: number) => (object.visible[s] ? what[s]! : "none");
  return recolored && random.chance(0.7)
    ? {
        question: `What color is the ${named} ${at}`,
        evidence: listed(seen(object.colors)),
        key,
        answer: object.colors[second]!,
        pool: COLORS,
      }
    : {
        question: `Where is the ${named} ${at}`,
        evidence: listed(seen(object.places)),
        key,
        answer: object.places[second]!,
        pool: PLACES,
      };
}
