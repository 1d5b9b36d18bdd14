/** Questions about things that go, turn, change their color or appear. */
import type { Clip, ClipObject } from "./clip.ts";
import { HAPPENS, changes, named, perSecond } from "./drafts.ts";
import type { Draft } from "./drafts.ts";
import type { Random } from "./random.ts";
import { COLORS, DIRECTIONS, PLACES, SHAPES, directionBetween } from "./words.ts";

export function draftMove(clip: Clip): Draft[] {
  const hero = clip.objects[0] as ClipObject;
  const name = named(hero);
  const stops = changes(hero.places);
  const ways = stops.slice(1).map((to, index) => directionBetween(stops[index]!, to)!);
  const evidence = perSecond((second) => hero.places[second]!);
  const first = stops[0]!;
  const last = stops.at(-1)!;
  const place = { pool: PLACES, evidence, tempting: stops };
  const tell = (told: readonly string[]): string => `the ${name} goes ${told.join(" then ")}`;
  const others = DIRECTIONS.filter((direction) => direction !== ways[0]).map((direction) => [direction]);
  const drafts: Draft[] = [
    {
      task: "tell-move",
      text: HAPPENS,
      answer: tell(ways),
      evidence,
      hasty: (ways.length > 1 ? [[ways[0]!], [...ways].reverse()] : others).map(tell),
    },
    { task: "place-first", text: `Where is the ${name} first?`, answer: first, key: "first", ...place },
    { task: "place-last", text: `Where is the ${name} last?`, answer: last, key: "last", ...place },
  ];
  const way = { pool: DIRECTIONS, evidence, tempting: ways };
  if (clip.kind === "move") {
    drafts.unshift({
      task: "direction",
      text: `Which way does the ${name} go?`,
      answer: ways[0]!,
      key: `${first} ${stops[1]}`,
      ...way,
    });
  } else {
    drafts.unshift(
      {
        task: "turn-first",
        text: `Which way does the ${name} go first?`,
        answer: ways[0]!,
        key: `${first} ${stops[1]}`,
        ...way,
      },
      {
        task: "turn-last",
        text: `Which way does the ${name} go last?`,
        answer: ways.at(-1)!,
        key: `${stops.at(-2)} ${last}`,
        ...way,
      },
    );
  }
  return drafts;
}

export function draftRecolor(random: Random, clip: Clip): Draft[] {
  const hero = clip.objects[0] as ClipObject;
  const order = changes(hero.colors);
  const evidence = perSecond((second) => hero.colors[second]!);
  const color = { pool: COLORS, evidence, tempting: order };
  const before = random.below(order.length - 1);
  const shape = hero.shape;
  return [
    { task: "color-first", text: `What color is the ${shape} first?`, answer: order[0]!, key: "first", ...color },
    { task: "color-last", text: `What color is the ${shape} last?`, answer: order.at(-1)!, key: "last", ...color },
    {
      task: "color-after",
      text: `What color is the ${shape} after ${order[before]}?`,
      answer: order[before + 1]!,
      key: `after ${order[before]}`,
      ...color,
    },
    { task: "color-count", text: `How many colors does the ${shape} show?`, answer: String(order.length), evidence },
    {
      task: "tell-colors",
      text: HAPPENS,
      answer: `the ${shape} is ${order.join(" then ")}`,
      evidence,
      hasty: [[...order].reverse(), order.slice(0, -1)].map((told) => `the ${shape} is ${told.join(" then ")}`),
    },
  ];
}

export function draftAppear(random: Random, clip: Clip): Draft[] {
  const order = [...clip.objects].sort((a, b) => a.visible.indexOf(true) - b.visible.indexOf(true));
  const evidence = order.map((object) => ({ second: object.visible.indexOf(true), seen: named(object) }));
  const shape = { pool: SHAPES, evidence, tempting: order.map((object) => object.shape) };
  const asked = random.pick(order);
  return [
    { task: "appear-first", text: "Which shape appears first?", answer: order[0]!.shape, key: "first", ...shape },
    { task: "appear-last", text: "Which shape appears last?", answer: order.at(-1)!.shape, key: "last", ...shape },
    {
      task: "appear-when",
      text: `When does the ${named(asked)} appear?`,
      answer: String(asked.visible.indexOf(true)),
      key: named(asked),
      evidence,
    },
    {
      task: "tell-appear",
      text: HAPPENS,
      answer: appears(order),
      evidence,
      hasty: [[...order].reverse(), order.slice(0, 1)].map(appears),
    },
  ];
}

const appears = (order: readonly ClipObject[]): string =>
  `the ${order[0]!.shape} appears${order
    .slice(1)
    .map((object) => ` then the ${object.shape}`)
    .join("")}`;

export function draftDuet(random: Random, clip: Clip): Draft[] {
  const [walker, changer] = clip.objects as [ClipObject, ClipObject];
  const evidence = perSecond((second) => `${walker.places[second]} ${changer.colors[second]}`);
  const drafts: Draft[] = [];
  const once = changes(walker.places).filter((place) => colorsAt(walker, changer, place).length === 1);
  if (once.length > 0) {
    const place = random.pick(once);
    drafts.push({
      task: "color-when",
      text: `What color is the ${changer.shape} when the ${walker.shape} is ${place}?`,
      answer: colorsAt(walker, changer, place)[0]!,
      key: place,
      pool: COLORS,
      evidence,
      tempting: changes(changer.colors),
    });
  }
  const steady = changes(changer.colors).filter((color) => placesAt(walker, changer, color).length === 1);
  if (steady.length > 0) {
    const color = random.pick(steady);
    drafts.push({
      task: "place-when",
      text: `Where is the ${walker.shape} when the ${changer.shape} is ${color}?`,
      answer: placesAt(walker, changer, color)[0]!,
      key: color,
      pool: PLACES,
      evidence,
      tempting: changes(walker.places),
    });
  }
  return drafts;
}

const colorsAt = (walker: ClipObject, changer: ClipObject, place: string): string[] => [
  ...new Set(changer.colors.filter((_, second) => walker.places[second] === place)),
];
const placesAt = (walker: ClipObject, changer: ClipObject, color: string): string[] => [
  ...new Set(walker.places.filter((_, second) => changer.colors[second] === color)),
];

export function draftFlash(clip: Clip): Draft[] {
  const hero = clip.objects[0] as ClipObject;
  return [
    {
      task: "flash-count",
      text: `How many times does the ${named(hero)} flash?`,
      answer: String(hero.visible.filter(Boolean).length),
      evidence: perSecond((second) => (hero.visible[second] ? "flash" : "none")),
    },
  ];
}
