/**
 * Question-answer inversion of TW-GRPO (arXiv 2505.24718): a question with one right option is negated, so that the wrong
 * options become right ones. The released data hold 22 items whose text was never negated although their key was; here an
 * item whose text cannot be negated is left alone and reported.
 */
import type { RandomStream } from "./rng.ts";

export interface InvertibleQuestion {
  readonly question: string;
  /** Texts without letters. */
  readonly options: readonly string[];
  /** Index of the right option. */
  readonly right: number;
}

export interface InvertedQuestion {
  readonly question: string;
  readonly options: readonly string[];
  /** Letters of the right options in order, between commas: `A,C`. */
  readonly answer: string;
  readonly negated: boolean;
}

const AUXILIARIES = new Set(["did", "does", "do", "is", "are", "was", "were"]);
const PHRASES: readonly (readonly [RegExp, string])[] = [
  [/\bwhat will\b/, "what won't"],
  [/\bwhat happened\b/, "what didn't happen"],
  [/\bdid\b/, "didn't"],
  [/\bwas\b/, "wasn't"],
  [/\bwould\b/, "wouldn't"],
  [/\bable\b/, "unable"],
];

/**
 * The question in lower case with its auxiliary negated: the second word for `NExT-GQA`, a list of phrases first for
 * `STAR`. Null when neither applies.
 */
export function negateQuestion(question: string, source: "NExT-GQA" | "STAR" = "NExT-GQA"): string | null {
  const lower = question.toLowerCase();
  if (source === "STAR") {
    const phrase = PHRASES.find(([pattern]) => pattern.test(lower));
    if (phrase) return lower.replace(phrase[0], phrase[1]);
  }
  const words = lower.split(" ");
  const second = words[1];
  if (second === undefined || !AUXILIARIES.has(second)) return null;
  return [words[0], `${second}n't`, ...words.slice(2)].join(" ");
}

/**
 * The negated item: the old right option and a random number (at least one) of the old wrong ones, shuffled; all but the old
 * right one are right now. Null when the text cannot be negated.
 */
export function invertQuestion(
  item: InvertibleQuestion,
  random: RandomStream,
  source: "NExT-GQA" | "STAR" = "NExT-GQA",
): InvertedQuestion | null {
  const question = negateQuestion(item.question, source);
  const wrong = item.options.filter((_, index) => index !== item.right);
  if (question === null || wrong.length === 0) return null;
  const count = 1 + random.integer(wrong.length);
  const kept = random
    .permutation(wrong.length)
    .slice(0, count)
    .map((index) => ({ text: wrong[index]!, right: true }));
  const all = [...kept, { text: item.options[item.right]!, right: false }];
  const shuffled = random.permutation(all.length).map((index) => all[index]!);
  const letters = shuffled.flatMap(({ right }, index) => (right ? [letterOf(index)] : []));
  return { question, options: shuffled.map(({ text }) => text), answer: letters.join(","), negated: true };
}

const letterOf = (index: number): string => String.fromCharCode(65 + index);
