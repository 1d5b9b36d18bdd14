/**
 * Questions with several right letters, as TW-GRPO trains on (CLEVRER's counterfactuals, inverted single-choice
 * questions): what a clip shows, what it does not show, and what it would show without one of its things.
 */
import { changes, named, perSecond } from "../drafts.ts";
import type { Evidence } from "../drafts.ts";
import type { Clip, ClipKind, ClipObject } from "../clip.ts";
import { OPTION_LETTERS } from "../questions.ts";
import { randomFrom, type Random } from "../random.ts";
import { renderClip } from "../render.ts";
import { clipOf, type Split } from "../splits.ts";
import { recallOf } from "../traces.ts";
import { COLORS, PLACES, SHAPES } from "../words.ts";
import { clipPath, rowsText, type SampleSet, type SetSplit } from "./set.ts";

/** Other seeds than the pack's; combinations belong to the same splits as there. */
const SEED = 2;
const OPTIONS = 4;
/** Share of traces that leave a right option out or take a wrong one in, as unchecked teachers do. */
const WRONG_SHARE = 0.15;
const KINDS: readonly ClipKind[] = ["recolor", "recolor", "appear", "turn"];

interface Draft {
  readonly task: string;
  readonly text: string;
  /** Right words, in the order in which the evidence shows them; a trace names what it does not show by its options' order. */
  readonly right: readonly string[];
  /** Wrong words that tempt: they are options where there is room. */
  readonly tempting: readonly string[];
  readonly pool: readonly string[];
  readonly evidence: readonly Evidence[];
}

function draftsOf(random: Random, clip: Clip): Draft[] {
  const hero = clip.objects[0] as ClipObject;
  switch (clip.kind) {
    case "recolor": {
      const shown = changes(hero.colors);
      const gone = random.pick(shown);
      const evidence = perSecond((second) => hero.colors[second]!);
      const others = random.shuffled(COLORS.filter((color) => !shown.includes(color)));
      const color = { pool: COLORS, evidence };
      return [
        {
          task: "colors-shown",
          text: `Which colors does the ${hero.shape} show?`,
          right: shown,
          tempting: [],
          ...color,
        },
        {
          task: "colors-not",
          text: `Which colors does the ${hero.shape} not show?`,
          right: others.slice(0, 1 + random.below(3)),
          tempting: shown,
          ...color,
          pool: shown,
        },
        {
          task: "colors-without",
          text: `When there is no ${gone} which colors does the ${hero.shape} show?`,
          right: shown.filter((one) => one !== gone),
          tempting: [gone],
          ...color,
        },
      ];
    }
    case "appear": {
      const order = [...clip.objects].sort((a, b) => a.visible.indexOf(true) - b.visible.indexOf(true));
      const gone = random.pick(order);
      const evidence = order.map((object) => ({ second: object.visible.indexOf(true), seen: named(object) }));
      const shape = { pool: SHAPES, evidence };
      const shapes = order.map((object) => object.shape);
      return [
        { task: "shapes-shown", text: "Which shapes appear?", right: shapes, tempting: [], ...shape },
        {
          task: "shapes-without",
          text: `When there is no ${named(gone)} which shapes appear?`,
          right: shapes.filter((one) => one !== gone.shape),
          tempting: [gone.shape],
          ...shape,
        },
      ];
    }
    default: {
      const stops = [...new Set(hero.places)];
      const evidence = perSecond((second) => hero.places[second]!);
      return [
        {
          task: "places-shown",
          text: `Where does the ${named(hero)} go?`,
          right: stops,
          tempting: [],
          pool: PLACES,
          evidence,
        },
      ];
    }
  }
}

/** Four shuffled options: all right words, what tempts, then others that are not right. */
function optionsOf(random: Random, { right, tempting, pool }: Draft): string[] {
  const wrong = pool.filter((word) => !right.includes(word) && !tempting.includes(word));
  const others = [...random.shuffled(tempting), ...random.shuffled(wrong)];
  return random.shuffled([...right, ...others].slice(0, Math.max(OPTIONS, right.length)));
}

const letterOf = (options: readonly string[], word: string): string => OPTION_LETTERS[options.indexOf(word)]!;
const said = (evidence: readonly Evidence[]): string =>
  evidence.map(({ second, seen }) => `${second} s ${seen}`).join(", ");

/** Evidence, then every word that follows with its letter, then the letters between commas. */
function traceOf(random: Random, { evidence, right }: Draft, options: readonly string[]) {
  const wrong = options.filter((word) => !right.includes(word));
  const isSeen = right.every((word) => evidence.some(({ seen }) => seen.split(" ").includes(word)));
  const ordered = isSeen ? right : options.filter((word) => right.includes(word));
  const spoilt = random.chance(WRONG_SHARE) && (right.length > 1 || wrong.length > 0);
  const told = !spoilt
    ? ordered
    : right.length > 1 && (wrong.length === 0 || random.chance(0.5))
      ? ordered.slice(0, -1)
      : [...ordered.slice(0, -1), random.pick(wrong)];
  const chain = told.map((word) => `${word} ${letterOf(options, word)}`).join(", ");
  return {
    process: `<think>${recallOf(options)}${said(evidence)}. So ${chain}</think>`,
    solution: `<answer>${told.map((word) => letterOf(options, word)).join(",")}</answer>`,
    trace_style: spoilt ? "wrong" : "plain",
  };
}

/** Rows of one clip; with the teacher's reasoning where `traced`. */
export function multiAnswerRows(split: string, index: number, clip: Clip, traced: boolean): object[] {
  const random = randomFrom("multi-answer", clip.seed);
  return draftsOf(random, clip).map((draft, number) => {
    const options = optionsOf(random, draft);
    const letters = draft.right.map((word) => letterOf(options, word)).sort();
    const id = `${traced ? "trace" : split}-${index}-${number}`;
    return {
      problem_id: id,
      problem: draft.text,
      data_type: "video",
      problem_type: "multiple choice",
      options: options.map((word, place) => `${OPTION_LETTERS[place]}. ${word}`),
      solution: `<answer>${letters.join(",")}</answer>`,
      ...(traced ? traceOf(randomFrom("trace", id), draft, options) : {}),
      path: `./${clipPath(split, index)}`,
      data_source: draft.task,
      time_dependent: false,
      key_size: letters.length,
      clip_seed: clip.seed,
    };
  });
}

function splitOf(split: Split, count: number, traced: number): SetSplit {
  const clips = Array.from({ length: count }, (_, index) =>
    clipOf(SEED, split, index, false, KINDS[index % KINDS.length]),
  );
  const rows = (own: readonly Clip[], withTraces: boolean): string =>
    rowsText(own.flatMap((clip, index) => multiAnswerRows(split, index, clip, withTraces)));
  return {
    name: split,
    videos: clips.map((clip) => () => renderClip(clip).data),
    files: {
      [`${split}.json`]: rows(clips, false),
      ...(traced > 0 ? { "sft.json": rows(clips.slice(0, traced), true) } : {}),
    },
  };
}

export const multiAnswer: SampleSet = {
  name: "multi-answer",
  edition: 1,
  splits: (small) =>
    small
      ? [splitOf("train", 12, 8), splitOf("validation", 4, 0), splitOf("heldout", 6, 0)]
      : [splitOf("train", 320, 120), splitOf("validation", 60, 0), splitOf("heldout", 160, 0)],
};
