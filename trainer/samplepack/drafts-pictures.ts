/** Questions about what stands still, is written or is measured, in pictures and in videos. */
import { inReadingOrder } from "./captions.ts";
import type { Clip, ClipObject } from "./clip.ts";
import { HAPPENS, changes, named, perSecond } from "./drafts.ts";
import type { Draft } from "./drafts.ts";
import { GLYPHS } from "./glyphs.ts";
import type { Random } from "./random.ts";
import { COLORS, LEVELS, PLACES, SHAPES } from "./words.ts";

export function draftScene(random: Random, clip: Clip): Draft[] {
  const asked = random.pick(clip.objects);
  const evidence = inReadingOrder(clip.objects, 0).map((object, index) => ({
    second: index === 0 && clip.medium === "video" ? 0 : null,
    seen: `${named(object)} ${object.places[0]}`,
  }));
  const color = asked.colors[0]!;
  const all = clip.objects;
  return [
    {
      task: "scene-color",
      text: `What color is the ${asked.shape}?`,
      answer: color,
      key: asked.shape,
      pool: COLORS,
      evidence,
      tempting: all.map((object) => object.colors[0]!),
    },
    {
      task: "scene-shape",
      text: `Which shape is ${color}?`,
      answer: asked.shape,
      key: color,
      pool: SHAPES,
      evidence,
      tempting: all.map((object) => object.shape),
    },
    {
      task: "scene-place",
      text: `Where is the ${named(asked)}?`,
      answer: asked.places[0]!,
      key: named(asked),
      pool: PLACES,
      evidence,
      tempting: all.map((object) => object.places[0]!),
    },
    { task: "scene-count", text: "How many shapes are there?", answer: String(all.length), evidence },
  ];
}

export function draftSign(clip: Clip): Draft[] {
  const letters = clip.objects.map(({ shape }) => shape);
  const isPicture = clip.kind === "sign";
  const seen = (second: number): string => clip.objects.find(({ visible }) => visible[second])!.shape;
  return [
    {
      task: isPicture ? "sign-read" : "spell-read",
      text: "What is written?",
      answer: letters.join(" "),
      evidence: isPicture
        ? clip.objects.map(({ shape, places }) => ({ second: null, seen: `${places[0]} ${shape}` }))
        : perSecond(seen),
      hasty: [
        [...letters].reverse(),
        letters.slice(1),
        [GLYPHS.find((one) => !letters.includes(one))!, ...letters.slice(1)],
      ].map((told) => told.join(" ")),
    },
  ];
}

export function draftGauge(random: Random, clip: Clip): Draft[] {
  const hero = clip.objects[0] as ClipObject;
  const levels = hero.levels!;
  const height = (level: number): Pick<Draft, "answer" | "hasty"> => ({
    answer: String(level),
    hasty: random.sample(LEVELS.filter((other) => other !== level).map(String), 3),
  });
  if (clip.medium === "image") {
    const evidence = [{ second: null, seen: `bar ${levels[0]}` }];
    return [{ task: "bar-level", text: "How high is the bar?", ...height(levels[0]!), evidence }];
  }
  const evidence = perSecond((second) => String(levels[second]));
  const stops = changes(levels);
  const ways = changes(stops.slice(1).map((to, index) => (to > stops[index]! ? "up" : "down")));
  const tell = (told: readonly string[]): string => `the bar goes ${told.join(" then ")}`;
  const other = ways[0] === "up" ? "down" : "up";
  return [
    { task: "bar-first", text: "How high is the bar first?", ...height(stops[0]!), key: "first", evidence },
    { task: "bar-last", text: "How high is the bar last?", ...height(stops.at(-1)!), key: "last", evidence },
    { task: "tell-bar", text: HAPPENS, answer: tell(ways), evidence, hasty: [tell([other]), tell([other, ways[0]!])] },
  ];
}
