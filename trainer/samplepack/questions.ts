/**
 * The pack's questions: what can truly be asked about a clip, with the evidence a trace reads off second by second and
 * what follows from it. All five problem types of Video-R1; options are shuffled, so a letter says nothing by itself.
 */
import type { Clip } from "./clip.ts";
import { draftGauge, draftScene, draftSign } from "./drafts-pictures.ts";
import { draftAppear, draftDuet, draftFlash, draftMove, draftRecolor } from "./drafts-videos.ts";
import type { Draft, Evidence } from "./drafts.ts";
import type { Random } from "./random.ts";
import type { Task } from "./tasks.ts";

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

/** Four shuffled options: the answer, what else the clip shows, then others of the kind. */
function optionsFor(random: Random, answer: string, pool: readonly string[], tempting: readonly string[]): string[] {
  const others = random.shuffled(pool.filter((word) => word !== answer && !tempting.includes(word)));
  const wrong = [...new Set(tempting.filter((word) => word !== answer))];
  return random.shuffled([answer, ...[...wrong, ...others].slice(0, 3)]);
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
    case "flash":
      return draftFlash(clip);
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
