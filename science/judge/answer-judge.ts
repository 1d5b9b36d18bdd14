/**
 * Whether a short free answer says what the truth says. VideoHallu asks a large model whose name and prompt were not
 * published; {@link RULE_ANSWER_JUDGE} is ours. What a judge is not sure of counts as wrong and is flagged.
 */
import { readPolarity } from "../extraction/polarity.ts";

export interface AnswerJudgeInput {
  readonly question: string;
  readonly truth: string;
  /** What stands in the answer tags, else the whole text. */
  readonly response: string;
}

export interface AnswerVerdict {
  readonly correct: boolean;
  /** The judge could not tell; such an answer is not correct. */
  readonly unsure: boolean;
  /** What the judge said, kept beside the item. */
  readonly why: string;
}

export interface AnswerJudge {
  /** Kept with each verdict: who judged, by which version of its rules or prompt. */
  readonly name: string;
  judge(input: AnswerJudgeInput): AnswerVerdict | Promise<AnswerVerdict>;
  /** Asks once more, whatever was said before: whether a model agrees with itself. Rules have no need of it. */
  again?(input: AnswerJudgeInput): Promise<AnswerVerdict>;
}

const FILLERS = new Set(
  "a an the is are was were be it its this that there of in on at to and or with by from as for has have had does do did he she they his her their video clip yes no not".split(
    " ",
  ),
);

/** Words that say the same here; the first of a line stands for all. */
const SAME = [
  "0 zero none",
  "1 one once single",
  "2 two twice pair",
  "3 three thrice",
  "4 four",
  "5 five",
  "6 six",
  "7 seven",
  "8 eight",
  "9 nine",
  "10 ten",
  "up upward upwards",
  "down downward downwards",
  "center centre middle",
  "vanish vanishes vanished disappear disappears disappeared",
  "human person",
].map((line) => line.split(" "));
const FIRST_OF = new Map(SAME.flatMap((words) => words.map((word) => [word, words[0]!] as const)));

/** Words of a text that carry meaning: lower case, numbers as digits, synonyms as one word. */
export const contentWords = (text: string): string[] =>
  (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  )
    .filter((word) => !FILLERS.has(word))
    .map((word) => FIRST_OF.get(word) ?? word);

/** True where an answer begins by saying yes or no. */
export const startsWithPolarity = (text: string): boolean => /^\s*(?:yes|no)\b/i.test(text);

/** An explanation of more content words than this is not asked back: answers are asked to be very brief. */
const LONGEST_JUDGED = 2;

/** Polarity first, then every content word and number of the truth. */
export const RULE_ANSWER_JUDGE = {
  name: "polarity-and-words-rule 1",
  judge({ truth, response }: AnswerJudgeInput): AnswerVerdict {
    const wanted = contentWords(truth);
    if (startsWithPolarity(truth)) {
      const [given, right] = [readPolarity(response).value, readPolarity(truth).value];
      if (given === null) return { correct: false, unsure: true, why: "neither yes nor no" };
      if (given !== right) return { correct: false, unsure: false, why: "the other polarity" };
      if (wanted.length > LONGEST_JUDGED) {
        return { correct: true, unsure: false, why: "the same polarity; the explanation is not judged" };
      }
    }
    const given = new Set(contentWords(response));
    const missing = wanted.filter((word) => !given.has(word));
    if (missing.length === 0) return { correct: true, unsure: false, why: "every content word of the truth" };
    // Some of it is there: another wording may say the rest.
    const unsure = missing.length < wanted.length;
    return { correct: false, unsure, why: `without ${missing.slice(0, 3).join(", ")}` };
  },
} as const satisfies AnswerJudge;

/** Our wording for a model as judge; the published one is not known. Its answer is read by {@link readVerdict}. */
export const ANSWER_JUDGE_PROMPT = {
  version: "secondlook 1",
  text: ({ question, truth, response }: AnswerJudgeInput): string =>
    `Question about a video: ${question}\nRight answer: ${truth}\nAnswer to be judged: ${response}\n` +
    "Do the two answers say the same? Reply with one word inside <answer></answer>: correct or incorrect.",
} as const;

/** A model's reply: correct where it says "correct" and nowhere "incorrect", as the authors' script reads it. */
export function readVerdict(reply: string): AnswerVerdict {
  const inTags = /<answer>(.*?)<\/answer>/s.exec(reply)?.[1] ?? reply;
  const said = inTags.toLowerCase();
  const denied = said.includes("incorrect");
  const correct = said.includes("correct") && !denied;
  return { correct, unsure: !correct && !denied, why: reply.trim() };
}

/** A model as judge: a checkpoint, or a service that speaks OpenAI's protocol, behind `ask`. Each triple is asked once. */
export function modelJudge(model: string, ask: (prompt: string) => Promise<string | Error>): AnswerJudge {
  const known = new Map<string, Promise<AnswerVerdict>>();
  const again = async (input: AnswerJudgeInput): Promise<AnswerVerdict> => {
    const said = await ask(ANSWER_JUDGE_PROMPT.text(input));
    return said instanceof Error ? { correct: false, unsure: true, why: said.message } : readVerdict(said);
  };
  return {
    name: `${model}, prompt ${ANSWER_JUDGE_PROMPT.version}`,
    judge(input) {
      const key = JSON.stringify([input.question, input.truth, input.response]);
      const verdict = known.get(key) ?? again(input);
      known.set(key, verdict);
      return verdict;
    },
    again,
  };
}

/** A model judge is asked a second time about every so-manieth answer. */
export const ASKED_AGAIN_EVERY = 20;
