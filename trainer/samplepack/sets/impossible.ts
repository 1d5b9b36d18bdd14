/**
 * The pack of impossible events: a set beside the sample pack, which stays as it is. Three diets, as VideoHallu trains on:
 * general (ordinary clips and questions), physics (clips that obey the laws), synthetic (pairs of which one clip breaks a
 * law). A pair, and so each of its videos, belongs to one split. The cold start has traces of possible clips only: what
 * it learns of the laws is that they hold.
 */
import type { Diet } from "../../../science/videohallu/diets.ts";
import { combinationKey, type Clip } from "../clip.ts";
import { ordinaryRows, ordinaryVideos } from "../pack.ts";
import { hashText, randomFrom } from "../random.ts";
import { renderClip, SAMPLED_FRAMES } from "../render.ts";
import { clipPath, rowsText, type SampleSet, type SetSplit } from "./set.ts";
import { drawPair, LAWS, LAW_FACTS, type ClipPair } from "./impossible-laws.ts";
import { alignmentQuestions, answerTag, lawQuestion, shortTrace, type ShortQuestion } from "./impossible-questions.ts";

const SEED = "impossible/1";

/** Numbers of clips or pairs. */
interface ImpossibleSize {
  /** Ordinary videos of the sample pack's kinds, drawn from other seeds; the first ones are traced. */
  readonly general: number;
  readonly generalTraced: number;
  /** Possible clips of pairs whose twins are never shown; all are traced. */
  readonly physics: number;
  readonly synthetic: number;
  readonly validation: number;
  readonly heldOut: number;
}

const FULL_IMPOSSIBLE: ImpossibleSize = {
  general: 90,
  generalTraced: 60,
  physics: 180,
  synthetic: 150,
  validation: 24,
  heldOut: 84,
};
const SMALL_IMPOSSIBLE: ImpossibleSize = {
  general: 8,
  generalTraced: 6,
  physics: 6,
  synthetic: 12,
  validation: 6,
  heldOut: 6,
};

/** Share of traces whose conclusion is wrong, so that RL finds other answers than the usual one among its rollouts. */
const WRONG_SHARE = 0.15;

/** Which split draws a combination of the possible clip: never two of them. */
const SPLITS = ["physics", "synthetic", "validation", "heldout"] as const;
type PairSplit = (typeof SPLITS)[number];
const SHARES: Readonly<Record<PairSplit, number>> = { physics: 25, synthetic: 40, validation: 10, heldout: 25 };

export function splitOfPair({ law, possible, impossible }: ClipPair): PairSplit {
  let left = hashText(`${law} ${combinationKey(possible)} ${combinationKey(impossible)}`) % 100;
  return SPLITS.find((split) => (left -= SHARES[split]) < 0)!;
}

/** The pairs of a split; laws take turns. */
export function pairsOf(split: PairSplit, count: number): ClipPair[] {
  return Array.from({ length: count }, (_, index) => {
    const seed = `${SEED}/${split}/${index}`;
    const random = randomFrom(seed);
    for (;;) {
      const pair = drawPair(random, seed, LAWS[index % LAWS.length]!);
      if (splitOfPair(pair) === split) return pair;
    }
  });
}

interface Shown {
  readonly clip: Clip;
  readonly path: string;
  readonly rows: readonly object[];
  /** Rows with a teacher's thought. */
  readonly traces: readonly object[];
}

/** The clips of pairs with their rows; `members` says which of a pair are shown. */
function shownOf(
  split: PairSplit,
  count: number,
  diet: Diet,
  members: readonly ("possible" | "impossible")[],
): Shown[] {
  return pairsOf(split, count).flatMap((pair, index) =>
    members.map((member, place): Shown => {
      const clip = pair[member];
      const path = clipPath(split, index * members.length + place);
      // The same of the four for both twins.
      const chosen = randomFrom("alignment", clip.seed);
      const alignment = chosen.sample(alignmentQuestions(chosen, pair.possible), 2);
      const questions = [lawQuestion(pair, clip), ...alignment];
      const facts = {
        diet,
        law: pair.law,
        pair: `${split}-${index}`,
        possible: member === "possible",
      };
      // Only the answer about the law turns on what is impossible.
      const own = (number: number) => ({ ...facts, ...(number === 0 && !facts.possible ? violationOf(pair) : {}) });
      const rowsWith = (name: string, traced: boolean): object[] =>
        questions.map((question, number) => shortRow(`${name}-${number}`, path, clip, question, own(number), traced));
      const name = `${split}-${index}-${member}`;
      // About a third of the published questions are about alignment: so it is with those that RL trains on.
      const trained = split === "physics" || split === "synthetic";
      const rows = rowsWith(name, false).slice(0, trained ? 1 + (index % 2) : questions.length);
      const traces = rowsWith(`trace-${name}`, true);
      return { clip, path, rows, traces };
    }),
  );
}

/** Which law, from which second on, and the first frame of the usual sampling that shows it. */
function violationOf({ law, brokenAt }: ClipPair): object {
  const frame = 2 * brokenAt;
  return { violation: { law, says: LAW_FACTS[law].says, second: brokenAt, frame, sourceFrame: SAMPLED_FRAMES[frame] } };
}

function shortRow(
  id: string,
  path: string,
  clip: Clip,
  question: ShortQuestion,
  facts: object,
  traced: boolean,
): object {
  const random = randomFrom("short trace", id);
  const trace = traced ? shortTrace(random, question, random.chance(WRONG_SHARE)) : null;
  return {
    problem_id: id,
    problem: question.text,
    data_type: "video",
    problem_type: "free-form",
    options: [],
    ...(trace ? { process: trace.process } : {}),
    solution: trace?.solution ?? answerTag(question.answer),
    path: `./${path}`,
    data_source: question.category,
    time_dependent: question.evidence.length > 1,
    clip_seed: clip.seed,
    ...facts,
  };
}

interface Part {
  readonly name: string;
  readonly shown: readonly Shown[];
}

function partsOf(size: ImpossibleSize): readonly Part[] {
  const general = ordinaryVideos(SEED, "train", size.general).map((clip, index): Shown => {
    const path = clipPath("general", index);
    const rows = (name: string, traced: boolean): object[] =>
      ordinaryRows(`${name}-${index}`, path, clip, traced).map((row) => ({ ...row, diet: "general" }));
    const traces = index < size.generalTraced ? rows("trace-general", true) : [];
    return { clip, path, rows: rows("general", false), traces };
  });
  return [
    { name: "general", shown: general },
    { name: "physics", shown: shownOf("physics", size.physics, "physics", ["possible"]) },
    ...(["synthetic", "validation", "heldout"] as const).map((name) => ({
      name,
      shown: shownOf(name, name === "heldout" ? size.heldOut : size[name], "synthetic", ["possible", "impossible"]),
    })),
  ];
}

const splitOfPart = ({ name, shown }: Part, files: Readonly<Record<string, string>>): SetSplit => ({
  name,
  videos: shown.map(
    ({ clip }) =>
      () =>
        renderClip(clip).data,
  ),
  files,
});

export const IMPOSSIBLE_SET: SampleSet = {
  name: "impossible",
  edition: 1,
  splits(small) {
    const parts = partsOf(small ? SMALL_IMPOSSIBLE : FULL_IMPOSSIBLE);
    const of = (kind: "rows" | "traces", ...names: readonly string[]): string =>
      rowsText(
        parts.filter(({ name }) => names.includes(name)).flatMap(({ shown }) => shown.flatMap((one) => one[kind])),
      );
    const files: Readonly<Record<string, SetSplit["files"]>> = {
      general: { "sft.json": of("traces", "general", "physics") },
      synthetic: { "train.json": of("rows", "general", "physics", "synthetic") },
      validation: { "validation.json": of("rows", "validation") },
      heldout: { "heldout.json": of("rows", "heldout") },
    };
    return parts.map((part) => splitOfPart(part, files[part.name] ?? {}));
  },
};
