/**
 * Rows that make the base model: captions of what is where and when, small questions about one second, and the lookup
 * of a word among shuffled options, and the pack's own questions with plain reasoning, as a model that was instructed
 * has seen before somebody tunes it. Pure: a seed and a number give a row. Clips are of the pretraining split only.
 *
 * A row is one rollout group of the engine: the prefix (with the clip) once, and each branch a completion behind it.
 */
import { captionOf, captionOfSecond } from "./captions.ts";
import type { Clip } from "./clip.ts";
import { OPTION_LETTERS, questionsOf } from "./questions.ts";
import { randomFrom } from "./random.ts";
import type { Random } from "./random.ts";
import { addCodecNoise, renderClip, sampledFrames } from "./render.ts";
import type { RenderedFrames } from "./render.ts";
import { clipOf } from "./splits.ts";
import { traceOf } from "./traces.ts";
import { LOOKUP_WORDS } from "./vocabulary.ts";
import { COLORS, DIRECTIONS, PLACES, SECONDS, SHAPES } from "./words.ts";

/** A piece of a branch's text and the weight of its tokens in the loss. Pieces are tokenised one by one. */
export interface Segment {
  readonly text: string;
  readonly weight: number;
}

export interface PretrainingRow {
  readonly kind: "clip" | "lookup";
  readonly clip: Clip | null;
  /** One `<|video_pad|>` stands for the clip where there is one. */
  readonly prefix: string;
  readonly branches: readonly (readonly Segment[])[];
}

export const PRETRAINING = {
  /** Share of the other rows that are lookup in words alone. */
  lookupShare: 0.45,
  /** Share of rows that read a given list, and the lists of such a row. */
  readingShare: 0.2,
  readingBranches: 4,
  /** From this row on a conclusion repeats what was asked ("So last red B"), which the first rows left out. */
  keyedFromRow: 0,
  /** The pack's own questions that a clip row carries. */
  questionBranches: 2,
  /** Share of clips that get codec noise. */
  noisyShare: 0.3,
  rowsPerStep: 40,
  learningRate: 2e-3,
  warmupSteps: 100,
} as const;

const clipPrefix = ({ medium }: Clip): string => `<|im_start|>user\n<|vision_start|><|${medium}_pad|><|vision_end|>`;
const TEXT_PREFIX = "<|im_start|>user\n";
const TURN = "<|im_end|>\n<|im_start|>assistant\n";

const silent = (text: string): Segment => ({ text, weight: 0 });
const taught = (text: string, weight = 1): Segment => ({ text, weight });

/** The lines of an option list, as the prompt template writes them. */
export function optionLines(options: readonly string[]): string {
  return options.map((word, index) => `\n${OPTION_LETTERS[index]}. ${word}`).join("");
}

const letterOf = (options: readonly string[], word: string): string => OPTION_LETTERS[options.indexOf(word)] as string;

/**
 * Words without meaning for the eye: one list of options, and several thoughts that each end in another of its words.
 * The word stands in no question, so the letter can only come from looking it up.
 */
function lookupRow(random: Random): PretrainingRow {
  const meaningful: readonly string[] = random.chance(0.7)
    ? random.pick([COLORS, SHAPES, PLACES, DIRECTIONS] as const)
    : LOOKUP_WORDS;
  const count = Math.min(meaningful.length, random.chance(0.75) ? 4 : 2 + random.below(5));
  const options = random.sample(meaningful, count);
  const opening = random.pick(["What", "Which", "Where", "Name"]);
  const question = `${opening} ${random.sample(LOOKUP_WORDS, 1 + random.below(4)).join(" ")}?`;
  // A short branch a word: they do not see each other, so no letter follows from the letters already given. Most list
  // some of the words first, as traces do: the letter is to be found at the option, not at the last mention.
  const branches = options.map((word, index): Segment[] => {
    const seen = Array.from({ length: random.chance(0.3) ? 0 : 1 + random.below(4) }, (_, second) => {
      const other = random.chance(0.5) ? word : random.chance(0.8) ? random.pick(options) : random.pick(LOOKUP_WORDS);
      return `${second} s ${other}`;
    });
    const letter = letterOf(options, word);
    const finish = [taught("</think>\n<answer>", 0.05), taught(letter, 0.3), taught("</answer><|im_end|>", 0.05)];
    return [
      silent(`<think>${seen.length === 0 ? "So" : `${seen.join(", ")}. So`} ${word}`),
      taught(` ${letter}`),
      ...(index === 0 ? finish : []),
    ];
  });
  const number = String(random.below(5));
  branches.push([
    silent(`<think>So ${number}</think>\n<answer>`),
    taught(number, 0.3),
    taught("</answer><|im_end|>", 0.05),
  ]);
  return { kind: "lookup", clip: null, prefix: `${TEXT_PREFIX}${question}${optionLines(options)}${TURN}`, branches };
}

/** What "first", "last", "after" and "how many" mean, in words alone: a list that is given, and what follows from it. */
function readingRow(random: Random, keyed: boolean): PretrainingRow {
  const pool: readonly string[] = random.chance(0.8) ? random.pick([COLORS, SHAPES, PLACES] as const) : LOOKUP_WORDS;
  const options = random.sample(pool, Math.min(4, pool.length));
  const about = random.sample(LOOKUP_WORDS, 1 + random.below(4)).join(" ");
  const asked = random.below(4);
  const before = random.pick(options);
  const ending = ["first?", "last?", `after ${before}?`, ""][asked] as string;
  const counting = asked === 3;
  const question = counting ? `How many ${about}?` : `${random.pick(["What", "Which", "Where"])} ${about} ${ending}`;
  const branches = Array.from({ length: PRETRAINING.readingBranches }, (): Segment[] => {
    const { list, order } = listOf(random, options, asked === 2 ? before : null);
    const word = counting ? String(order.length) : [order[0], order.at(-1), order[order.indexOf(before) + 1]][asked]!;
    const result = counting ? word : letterOf(options, word);
    const thought = list.map((seen, second) => `${second} s ${seen}`).join(", ");
    const key = keyed && !counting ? [taught(` ${["first", "last", `after ${before}`][asked]}`, 0.3)] : [];
    return [
      silent(`<think>${thought}. So`),
      ...key,
      taught(counting ? ` ${word}` : ` ${word} ${result}`),
      taught("</think>\n<answer>", 0.05),
      taught(result, 0.3),
      taught("</answer><|im_end|>", 0.05),
    ];
  });
  return {
    kind: "lookup",
    clip: null,
    prefix: `${TEXT_PREFIX}${question}${counting ? "" : optionLines(options)}${TURN}`,
    branches,
  };
}

/** A word a second in runs; `order` has each run once. `before` stands in it, and not at its end. */
function listOf(
  random: Random,
  options: readonly string[],
  before: string | null,
): { list: string[]; order: string[] } {
  const count =
    before === null ? 1 + random.below(Math.min(4, options.length)) : 2 + random.below(Math.min(3, options.length - 1));
  let order = random.sample(options, count);
  while (before !== null && !order.slice(0, -1).includes(before)) order = random.sample(options, count);
  const cuts = random.sample([1, 2, 3], count - 1).sort((a, b) => a - b);
  const list = Array.from({ length: SECONDS }, (_, second) => order[cuts.filter((cut) => cut <= second).length]!);
  return { list, order };
}

/** A question about a single second, or about what never changes, answered through a word. */
function perceptionBranch(random: Random, clip: Clip): Segment[] | null {
  const second = random.below(SECONDS);
  const shown = clip.objects.filter((object) => object.visible[second]);
  if (shown.length === 0) return null;
  const object = random.pick(shown);
  const color = object.colors[second]!;
  const place = object.places[second]!;
  const asked = random.below(3);
  const [text, answer, pool] = (
    [
      [`What color is ${place} at ${second} s?`, color, COLORS],
      [`Which shape is ${place} at ${second} s?`, object.shape, SHAPES],
      [`Where is the ${object.shape} at ${second} s?`, place, PLACES],
    ] as const
  )[asked as 0 | 1 | 2];
  const wrong = random.sample<string>(
    pool.filter((word) => word !== answer),
    3,
  );
  const options = random.shuffled([answer as string, ...wrong]);
  return [
    silent(`${text}${optionLines(options)}${TURN}`),
    taught("<think>So", 0.1),
    taught(` ${answer} ${letterOf(options, answer)}`, 1),
    taught("</think>\n<answer>", 0.05),
    taught(letterOf(options, answer), 0.3),
    taught("</answer><|im_end|>", 0.05),
  ];
}

function captionBranch(clip: Clip): Segment[] {
  return [silent(`Describe the ${clip.medium}.${TURN}`), taught(`${captionOf(clip)}<|im_end|>`, 1)];
}

function secondBranch(random: Random, clip: Clip): Segment[] {
  const second = random.below(SECONDS);
  return [silent(`Describe ${second} s.${TURN}`), taught(`${second} s ${captionOfSecond(clip, second)}.<|im_end|>`, 1)];
}

/** One thing followed through the clip: where an object is, or which color it has, second by second. */
function followBranch(random: Random, clip: Clip): Segment[] {
  const object = random.pick(clip.objects);
  const recolored = new Set(object.colors).size > 1;
  const named = recolored ? object.shape : `${object.colors[0]} ${object.shape}`;
  const colors = recolored && random.chance(0.7);
  const seen = Array.from({ length: SECONDS }, (_, second) => {
    if (!object.visible[second]) return `${second} s none`;
    return `${second} s ${colors ? object.colors[second] : object.places[second]}`;
  });
  const asked = colors ? `Name what color the ${named} is.` : `Name where the ${named} is.`;
  return [silent(`${asked}${TURN}`), taught(`${seen.join(", ")}.<|im_end|>`)];
}

/** A question of the pack about this clip, with plain reasoning: never wrong, never corrected. */
function questionBranches(random: Random, clip: Clip): Segment[][] {
  const questions = random.shuffled(questionsOf(random, clip)).slice(0, PRETRAINING.questionBranches);
  return questions.map((question) => {
    const { process, solution } = traceOf(random, question, "plain");
    return [
      silent(`${question.text}${optionLines(question.options)}${TURN}`),
      taught(process),
      taught(`\n${solution}<|im_end|>`, 0.3),
    ];
  });
}

/** Row number `index` of the pretraining stream with the given seed and share of lookup. */
export function pretrainingRow(
  seed: number,
  index: number,
  lookupShare: number = PRETRAINING.lookupShare,
): PretrainingRow {
  const random = randomFrom(seed, "row", index);
  if (random.chance(PRETRAINING.readingShare)) return readingRow(random, index >= PRETRAINING.keyedFromRow);
  if (random.chance(lookupShare)) return lookupRow(random);
  const clip = clipOf(seed, "pretrain", index);
  // Nothing changes in a scene: a caption of all its seconds would mostly repeat itself.
  const whole = clip.kind === "scene" ? secondBranch(random, clip) : captionBranch(clip);
  const branches = [whole, secondBranch(random, clip), followBranch(random, clip)];
  if (clip.kind === "duet") branches.push(followBranch(random, clip));
  for (let question = 0; question < 2; question += 1) {
    const branch = perceptionBranch(random, clip);
    if (branch) branches.push(branch);
  }
  branches.push(...questionBranches(random, clip));
  return { kind: "clip", clip, prefix: clipPrefix(clip), branches };
}

/** The eight frames of a row's clip as the usual sampling would take them, a share of them as if encoded. */
export function pretrainingFrames(row: PretrainingRow): RenderedFrames | null {
  if (row.clip === null) return null;
  const frames = renderClip(row.clip, sampledFrames(row.clip));
  if (randomFrom("noisy", row.clip.seed).chance(PRETRAINING.noisyShare)) addCodecNoise(frames, row.clip.seed);
  return frames;
}
