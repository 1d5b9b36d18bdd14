/**
 * The pack's questions: what can truly be asked about a clip, with the evidence a trace reads off second by second and
 * what follows from it. All five problem types of Video-R1; options are shuffled, so a letter says nothing by itself.
 */
import type { ProblemType } from "../../science/records.ts";
import type { Clip, ClipObject } from "./clip.ts";
import { GLYPHS } from "./glyphs.ts";
import type { Random } from "./random.ts";
import { COLORS, DIRECTIONS, LEVELS, PLACES, SECONDS, SHAPES, directionBetween } from "./words.ts";

export interface TaskFacts {
  readonly problemType: ProblemType;
  /** The order of the frames matters for the answer: ordered against shuffled is measured on these. */
  readonly timeDependent: boolean;
  /** Any single frame is enough. */
  readonly oneFrame: boolean;
}

const choice = { problemType: "multiple choice" } as const;
const inTime: TaskFacts = { ...choice, timeDependent: true, oneFrame: false };
const inOneFrame: TaskFacts = { ...choice, timeDependent: false, oneFrame: true };
const number: Pick<TaskFacts, "problemType"> = { problemType: "numerical" };
const inAnyOrder: TaskFacts = { ...number, timeDependent: false, oneFrame: false };
const told: TaskFacts = { ...inTime, problemType: "free-form" };

export const TASKS = {
  direction: inTime,
  "place-first": inTime,
  "place-last": inTime,
  "turn-first": inTime,
  "turn-last": inTime,
  "color-first": inTime,
  "color-last": inTime,
  "color-after": inTime,
  "color-count": inAnyOrder,
  "appear-first": inTime,
  "appear-last": inTime,
  "appear-when": { ...inTime, ...number },
  "flash-count": inAnyOrder,
  "scene-color": inOneFrame,
  "scene-shape": inOneFrame,
  "scene-place": inOneFrame,
  "scene-count": { ...inOneFrame, ...number },
  "color-when": inTime,
  "place-when": inTime,
  "sign-read": { ...inOneFrame, problemType: "OCR" },
  "spell-read": { ...inTime, problemType: "OCR" },
  "bar-level": { ...inOneFrame, problemType: "regression" },
  "bar-first": { ...inTime, problemType: "regression" },
  "bar-last": { ...inTime, problemType: "regression" },
  "tell-move": told,
  "tell-colors": told,
  "tell-appear": told,
  "tell-bar": told,
} as const satisfies Readonly<Record<string, TaskFacts>>;

export type Task = keyof typeof TASKS;
export const TASK_NAMES = Object.keys(TASKS) as Task[];

/** What is seen in a second; `second` is null where it is the same as in the entry before, and in a picture. */
export interface Evidence {
  readonly second: number | null;
  readonly seen: string;
}

export interface Question {
  readonly task: Task;
  readonly text: string;
  /** Words to choose from, in the order of their letters; empty where the problem type is not multiple choice. */
  readonly options: readonly string[];
  /** The right word, number or text. */
  readonly answer: string;
  readonly evidence: readonly Evidence[];
  /** Words of the conclusion before its result, e.g. "first" or "top center": what a thought looks up and from where. */
  readonly key: string;
  /** Answers that a hasty reading of the same evidence would give, none of them right. */
  readonly hasty: readonly string[];
}

export const OPTION_LETTERS = ["A", "B", "C", "D", "E", "F"] as const;

/** The letter that goes with the answer, or the answer itself. */
export function solutionOf(question: Question): string {
  if (question.options.length === 0) return question.answer;
  return OPTION_LETTERS[question.options.indexOf(question.answer)] as string;
}

const named = (object: ClipObject): string => `${object.colors[0]} ${object.shape}`;

/** Four shuffled options: the answer, what else the clip shows, then others of the kind. */
function optionsFor(random: Random, answer: string, pool: readonly string[], tempting: readonly string[]): string[] {
  const others = random.shuffled(pool.filter((word) => word !== answer && !tempting.includes(word)));
  const wrong = [...new Set(tempting.filter((word) => word !== answer))];
  return random.shuffled([answer, ...[...wrong, ...others].slice(0, 3)]);
}

interface Draft {
  readonly task: Task;
  readonly text: string;
  readonly answer: string;
  readonly pool?: readonly string[];
  readonly evidence: readonly Evidence[];
  readonly key?: string;
  readonly tempting?: readonly string[];
  /** Of answers that are neither words of the pool nor counts. */
  readonly hasty?: readonly string[];
}

const perSecond = (seen: (second: number) => string): Evidence[] =>
  Array.from({ length: SECONDS }, (_, second) => ({ second, seen: seen(second) }));

/** A list without immediate repeats. */
const changes = <T>(items: readonly T[]): T[] =>
  items.filter((item, index) => index === 0 || item !== items[index - 1]);

const HAPPENS = "What happens?";

function draftMove(clip: Clip): Draft[] {
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

function draftRecolor(random: Random, clip: Clip): Draft[] {
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

function draftAppear(random: Random, clip: Clip): Draft[] {
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

function draftSign(clip: Clip): Draft[] {
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

function draftGauge(random: Random, clip: Clip): Draft[] {
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

function draftScene(random: Random, clip: Clip): Draft[] {
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

function draftDuet(random: Random, clip: Clip): Draft[] {
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

/** Objects that a second shows, from top to bottom and left to right: the order of captions. */
export function inReadingOrder(objects: readonly ClipObject[], second: number): ClipObject[] {
  const rank = { top: 0, left: 1, center: 2, right: 3, bottom: 4 };
  return objects
    .filter((object) => object.visible[second])
    .sort((a, b) => rank[a.places[second]!] - rank[b.places[second]!]);
}

function draftsOf(random: Random, clip: Clip): Draft[] {
  switch (clip.kind) {
    case "move":
    case "turn":
      return draftMove(clip);
    case "recolor":
      return draftRecolor(random, clip);
    case "appear":
      return draftAppear(random, clip);
    case "flash": {
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
    case "scene":
      return draftScene(random, clip);
    case "duet":
      return draftDuet(random, clip);
    case "sign":
    case "spell":
      return draftSign(clip);
    case "gauge":
      return draftGauge(random, clip);
  }
}

/** Every question that the clip answers, options drawn from `random`. */
export function questionsOf(random: Random, clip: Clip): Question[] {
  return draftsOf(random, clip).map((draft) => {
    const tempting = [...new Set(draft.tempting ?? [])];
    const options = draft.pool ? optionsFor(random, draft.answer, draft.pool, random.shuffled(tempting)) : [];
    const wrong = draft.hasty ?? (draft.pool ? options : ["0", "1", "2", "3", "4"]);
    const hasty = wrong.filter((word) => word !== draft.answer);
    const { task, text, answer, evidence, key = "" } = draft;
    return { task, text, options, answer, evidence, key, hasty };
  });
}
