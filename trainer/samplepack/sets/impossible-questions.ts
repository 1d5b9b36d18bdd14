/** What is asked about a clip of a pair, and the thought that a teacher would write: VideoHallu's short free answers. */
import type { CategoryCode } from "../../../science/videohallu/taxonomy.ts";
import { captionOfSecond } from "../captions.ts";
import type { Clip } from "../clip.ts";
import { changes, named, perSecond, type Evidence } from "../drafts.ts";
import type { Random } from "../random.ts";
import { COLORS, PLACES, SHAPES } from "../words.ts";
import { LAW_FACTS, type ClipPair } from "./impossible-laws.ts";

export interface ShortQuestion {
  readonly category: CategoryCode;
  readonly text: string;
  readonly answer: string;
  readonly evidence: readonly Evidence[];
  /** What a conclusion repeats of the evidence before it answers, e.g. "center top". */
  readonly key: string;
  /** Answers of a teacher who is wrong. */
  readonly wrong: readonly string[];
}

/** Whether the law holds: the same words for both clips of the pair, and opposite answers. */
export function lawQuestion(pair: ClipPair, clip: Clip): ShortQuestion {
  const { law, question, usually, seen } = pair;
  const unusual = usually === "yes" ? "no" : "yes";
  const [answer, wrong] = clip === pair.possible ? [usually, unusual] : [unusual, usually];
  const evidence = perSecond((second) => seen(clip, second));
  const key = changes(evidence.map((entry) => entry.seen)).join(" ");
  return { category: LAW_FACTS[law].category, text: question, answer, evidence, key, wrong: [wrong] };
}

/** What the first second shows, which is the same in both clips: VideoHallu's four kinds of alignment. */
export function alignmentQuestions(random: Random, clip: Clip): ShortQuestion[] {
  const shown = clip.objects.filter(({ visible }) => visible[0]);
  const asked = random.pick(shown);
  const evidence = [{ second: 0, seen: captionOfSecond(clip, 0) }];
  const [color, place] = [asked.colors[0]!, asked.places[0]!];
  const others = (pool: readonly string[], right: string): string[] => pool.filter((word) => word !== right);
  const name = named(asked);
  const count = String(shown.length);
  return [
    { category: "A-SR", text: `Where is the ${name} at 0 s?`, answer: place, key: name, wrong: others(PLACES, place) },
    { category: "A-EP", text: `What color is the ${asked.shape} at 0 s?`, answer: color, key: asked.shape, wrong: others(COLORS, color) },
    { category: "A-ERAC", text: `Which shape is ${color} at 0 s?`, answer: asked.shape, key: color, wrong: others(SHAPES, asked.shape) },
    { category: "A-EC", text: "How many shapes are there at 0 s?", answer: count, key: "", wrong: others(["1", "2", "3"], count) },
  ].map((question) => ({ ...question, evidence }) as ShortQuestion); // prettier-ignore
}

/** With a space before the word: so it is one token of the small vocabulary. Readers of the tags strip it. */
export const answerTag = (word: string): string => `<answer> ${word}</answer>`;

/** A teacher's thought and answer; a wrong one has seen rightly and concludes wrongly. */
export function shortTrace(
  random: Random,
  question: ShortQuestion,
  wrong: boolean,
): { process: string; solution: string } {
  const said = wrong ? random.pick(question.wrong) : question.answer;
  const seen = question.evidence.map(({ second, seen: what }) => `${second} s ${what}`).join(", ");
  const conclusion = ["So", ...(question.key === "" ? [] : [question.key]), said].join(" ");
  return { process: `<think>${seen}. ${conclusion}</think>`, solution: answerTag(said) };
}
