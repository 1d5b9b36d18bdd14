/**
 * Prompts whose difficulty is stated, for DeepVideo-R1: two in five too easy, two in five too hard, one in five between.
 * Easy: where a thing was first. Middle: how high a bar is at last, to the tenth. Hard: two heights of a bar that is nearly
 * invisible, as one number, with no trace of how to answer the question as it is; the traces only show what a hint is good
 * for and how to explain an answer that is given.
 */
import type { Clip, ClipKind, ClipObject } from "../clip.ts";
import { changes, named, perSecond, type Evidence } from "../drafts.ts";
import { OPTION_LETTERS } from "../questions.ts";
import { randomFrom, type Random } from "../random.ts";
import { renderClip } from "../render.ts";
import { clipOf, type Split } from "../splits.ts";
import { recallOf } from "../traces.ts";
import { PLACES } from "../words.ts";
import { clipPath, rowsText, type SampleSet, type SetSplit } from "./set.ts";

/** Other seeds than the pack's and the other sets'. */
const SEED = 3;
/** What is left of a hard clip's contrast. */
const FAINT = 0.12;

export type Difficulty = "easy" | "middle" | "hard";
/** Stated difficulty of the clips of a split, in turn. */
const ROUND: readonly Difficulty[] = ["easy", "hard", "middle", "easy", "hard"];
const KINDS: Readonly<Record<Difficulty, ClipKind>> = { easy: "move", middle: "gauge", hard: "gauge" };

interface Draft {
  readonly task: string;
  readonly text: string;
  readonly options: readonly string[];
  /** Word or number. */
  readonly answer: string;
  readonly evidence: readonly Evidence[];
  /** The conclusion behind "So". */
  readonly conclusion: string;
}

function draftOf(random: Random, clip: Clip, difficulty: Difficulty): Draft {
  const hero = clip.objects[0] as ClipObject;
  if (difficulty === "easy") {
    const answer = hero.places[0]!;
    const tempting = changes<string>(hero.places);
    const wrong = [...new Set([...tempting, ...random.shuffled(PLACES)])].filter((word) => word !== answer);
    const options = random.shuffled([answer, ...wrong.slice(0, 3)]);
    return {
      task: "place-first",
      text: `Where is the ${named(hero)} first?`,
      options,
      answer,
      evidence: perSecond((second) => hero.places[second]!),
      conclusion: `first ${answer} ${OPTION_LETTERS[options.indexOf(answer)]}`,
    };
  }
  const levels = hero.levels!;
  const [first, last] = [levels[0]!, levels.at(-1)!];
  const evidence = perSecond((second) => String(levels[second]));
  const bar = { options: [], evidence };
  return difficulty === "middle"
    ? { task: "bar-last", text: "How high is the bar last?", answer: String(last), conclusion: `last ${last}`, ...bar }
    : {
        task: "bar-both",
        text: "How high is the bar first and last?",
        answer: `${first}${last}`,
        conclusion: `first ${first} last ${last}`,
        ...bar,
      };
}

const said = (evidence: readonly Evidence[]): string =>
  `${evidence.map(({ second, seen }) => `${second} s ${seen}`).join(", ")}.`;

/** One question a clip. Traces of hard ones show the question with a hint, or with its answer, in turn. */
export function difficultyRow(split: string, index: number, clip: Clip, traced: boolean): object {
  const difficulty = ROUND[index % ROUND.length]!;
  const draft = draftOf(randomFrom("difficulty", clip.seed), clip, difficulty);
  const { task, text, options, answer, evidence, conclusion } = draft;
  const solution = options.length === 0 ? answer : OPTION_LETTERS[options.indexOf(answer)]!;
  const help =
    !traced || difficulty !== "hard"
      ? ""
      : index % 2 === 0
        ? `\nHint: ${said(evidence)}`
        : `\nThe right answer is ${answer}. Say how one sees it.`;
  return {
    problem_id: `${traced ? "trace" : split}-${index}`,
    problem: `${text}${help}`,
    data_type: "video",
    problem_type: options.length === 0 ? "numerical" : "multiple choice",
    options: options.map((word, place) => `${OPTION_LETTERS[place]}. ${word}`),
    ...(traced ? { process: `<think>${recallOf(options)}${said(evidence)} So ${conclusion}</think>` } : {}),
    solution: `<answer>${solution}</answer>`,
    path: `./${clipPath(split, index)}`,
    data_source: task,
    difficulty,
    clip_seed: clip.seed,
  };
}

/** Videos only: a kind may also draw a picture, which is passed over. */
function clipFor(split: Split, index: number): Clip {
  const kind = KINDS[ROUND[index % ROUND.length]!];
  for (let attempt = 0; ; attempt++) {
    const clip = clipOf(SEED, split, index + attempt * 1_000_000, false, kind);
    if (clip.medium === "video") return clip;
  }
}

function frames(clip: Clip, difficulty: Difficulty): Uint8Array {
  const { data } = renderClip(clip);
  return difficulty === "hard" ? data.map((value) => Math.round(128 + (value - 128) * FAINT)) : data;
}

function splitOf(split: Split, count: number, traced: number): SetSplit {
  const clips = Array.from({ length: count }, (_, index) => clipFor(split, index));
  const rows = (own: readonly Clip[], withTraces: boolean): string =>
    rowsText(own.map((clip, index) => difficultyRow(split, index, clip, withTraces)));
  return {
    name: split,
    videos: clips.map((clip, index) => () => frames(clip, ROUND[index % ROUND.length]!)),
    files: {
      [`${split}.json`]: rows(clips, false),
      ...(traced > 0 ? { "sft.json": rows(clips.slice(0, traced), true) } : {}),
    },
  };
}

export const difficulty: SampleSet = {
  name: "difficulty",
  edition: 1,
  splits: (small) =>
    small
      ? [splitOf("train", 15, 10), splitOf("validation", 5, 0), splitOf("heldout", 5, 0)]
      : [splitOf("train", 500, 250), splitOf("validation", 100, 0), splitOf("heldout", 250, 0)],
};
