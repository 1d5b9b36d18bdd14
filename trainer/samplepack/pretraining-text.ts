/**
 * Pretraining rows in words alone: the lookup of a word's letter, what first, last, after and how many mean for a list,
 * and answers that repeat what the thought concluded.
 */
import { GLYPHS } from "./glyphs.ts";
import type { Random } from "./random.ts";
import { USER, TURN, finish, letterOf, optionLines, silent, taught } from "./segments.ts";
import type { PretrainingRow, Segment } from "./segments.ts";
import { recallOf } from "./traces.ts";
import { LOOKUP_WORDS } from "./vocabulary.ts";
import { COLORS, DIRECTIONS, LEVELS, PLACES, SECONDS, SHAPES } from "./words.ts";

const POOLS: readonly (readonly string[])[] = [COLORS, SHAPES, PLACES, DIRECTIONS];
const about = (random: Random): string => random.sample(LOOKUP_WORDS, 1 + random.below(4)).join(" ");

/**
 * One list of options, and thoughts that each end in another of its words. The word stands in no question, so that its
 * letter can only come from looking it up. `distracted`: share of thoughts whose evidence names words first.
 */
export function lookupRow(random: Random, distracted: number): PretrainingRow {
  const pool = random.chance(0.75) ? random.pick(POOLS) : LOOKUP_WORDS;
  const options = random.sample(pool, Math.min(pool.length, random.chance(0.75) ? 4 : 2 + random.below(5)));
  const question = `${random.pick(["What", "Which", "Where", "Name"])} ${about(random)}?${optionLines(options)}`;
  const recall = recallOf(options).trimEnd();
  const prefix = `${USER}${question}${TURN}`;
  // Half of the rows turn the options round, the others go on from there: short branches that do not see each other.
  if (random.chance(0.4)) {
    const word = random.pick(options);
    const letter = letterOf(options, word);
    return {
      kind: "lookup",
      clip: null,
      prefix,
      branches: [
        [
          taught("<think>", 0.05),
          taught(recall),
          silent(`${evidence(random, options, word, distracted)} So${key(random)} ${word}`),
          taught(` ${letter}`),
          ...finish(letter),
        ],
      ],
    };
  }
  const branches = options.map((word, index): Segment[] => {
    const letter = letterOf(options, word);
    return [
      silent(`${evidence(random, options, word, distracted)} So${key(random)} ${word}`),
      taught(` ${letter}`),
      ...(index === 0 ? finish(letter) : []),
    ];
  });
  return { kind: "lookup", clip: null, prefix: `${prefix}<think>${recall}`, branches };
}

/** Evidence as traces have it, second by second, which mostly names options, and often the very word that is looked up. */
function evidence(random: Random, options: readonly string[], word: string, distracted: number): string {
  if (!random.chance(distracted)) return "";
  const more = random.chance(0.3) ? random.pick(POOLS) : null;
  const seen = Array.from({ length: random.chance(0.7) ? SECONDS : 1 + random.below(SECONDS) }, (_, second) => {
    const one = random.chance(0.5) ? word : random.chance(0.8) ? random.pick(options) : random.pick(LOOKUP_WORDS);
    return `${second} s ${one}${more === null ? "" : ` ${random.pick(more)}`}`;
  });
  return ` ${seen.join(", ")}.`;
}

function key(random: Random): string {
  const words = [[], ["first"], ["last"], ["after", random.pick(COLORS)], [random.pick(SHAPES)]];
  const pair = random.sample(PLACES, 2);
  return random
    .pick([...words, pair, [random.pick(COLORS), random.pick(SHAPES)]])
    .map((word) => ` ${word}`)
    .join("");
}

const LISTS = 4;

/** What "first", "last", "after" and "how many" mean: lists that are given, and what follows from each. */
export function readingRow(random: Random): PretrainingRow {
  const pool = random.chance(0.85) ? random.pick([COLORS, SHAPES, PLACES, LEVELS.map(String)]) : LOOKUP_WORDS;
  const isNumber = /^\d$/.test(pool[0]!);
  const words = random.sample(pool, Math.min(4, pool.length));
  const asked = random.below(isNumber ? 2 : 4);
  const before = random.pick(words);
  const counting = asked === 3;
  const options = counting || isNumber ? [] : words;
  const ending = ["first?", "last?", `after ${before}?`, ""][asked]!;
  const question = counting
    ? `How many ${about(random)}?`
    : `${isNumber ? "How high is" : random.pick(["What", "Which", "Where"])} ${about(random)} ${ending}`;
  const branches = Array.from({ length: LISTS }, (): Segment[] => {
    const { list, order } = listOf(random, words, asked === 2 ? before : null);
    const word = counting ? String(order.length) : [order[0], order.at(-1), order[order.indexOf(before) + 1]][asked]!;
    const result = options.length === 0 ? word : letterOf(options, word);
    const thought = list.map((seen, second) => `${second} s ${seen}`).join(", ");
    const keyed = counting ? [] : [taught(` ${["first", "last", `after ${before}`][asked]}`, 0.3)];
    return [
      silent(`${options.length === 0 ? "" : " "}${thought}.`),
      taught(" So", 0.05),
      ...keyed,
      taught(options.length === 0 ? ` ${word}` : ` ${word} ${result}`),
      ...finish(result),
    ];
  });
  const thinking = `<think>${recallOf(options).trimEnd()}`;
  return {
    kind: "reading",
    clip: null,
    prefix: `${USER}${question}${optionLines(options)}${TURN}${thinking}`,
    branches,
  };
}

/** A word a second in runs; `order` has each run once. `before` stands in it, and not at its end. */
function listOf(random: Random, words: readonly string[], before: string | null): { list: string[]; order: string[] } {
  const count =
    before === null ? 1 + random.below(Math.min(4, words.length)) : 2 + random.below(Math.min(3, words.length - 1));
  let order = random.sample(words, count);
  while (before !== null && !order.slice(0, -1).includes(before)) order = random.sample(words, count);
  const cuts = random.sample([1, 2, 3], count - 1).sort((a, b) => a - b);
  const list = Array.from({ length: SECONDS }, (_, second) => order[cuts.filter((cut) => cut <= second).length]!);
  return { list, order };
}

/** A thought's conclusion, said again between the answer tags: letters, a number or a sentence. */
export function copyingRow(random: Random): PretrainingRow {
  const branches = Array.from({ length: LISTS }, (): Segment[] => {
    const said = random.chance(0.4)
      ? random.sample(GLYPHS, 2 + random.below(3)).join(" ")
      : random.chance(0.2)
        ? String(random.below(9))
        : `the ${random.sample(LOOKUP_WORDS, 3 + random.below(5)).join(" ")}`;
    return [silent(` So ${said}`), taught("</think>\n<answer>", 0.1), taught(said), taught("</answer><|im_end|>", 0.3)];
  });
  const seen = random.sample(LOOKUP_WORDS, SECONDS).map((word, second) => `${second} s ${word}`);
  const question = `What ${about(random)}?`;
  return { kind: "copying", clip: null, prefix: `${USER}${question}${TURN}<think>${seen.join(", ")}.`, branches };
}
