/**
 * A graded reward for short free answers: how far an answer says what the truth says, 0 .. 1. VideoHallu's code asks
 * RewardBert (ModernBERT over "truth [SEP] answer", a sigmoid on its first token). This stands in for it: a logistic score
 * of a few features, fitted on generated paraphrases and contradictions (graded-text.test.ts fits it again).
 */
import { contentWords } from "../judge/answer-judge.ts";
import { readPolarity } from "../extraction/polarity.ts";

export const GRADING_FEATURES = ["one", "pieces", "recall", "precision", "polarity", "numbers"] as const;

/** In the order of {@link GRADING_FEATURES}. */
export const GRADING_WEIGHTS: readonly number[] = [-4.7853, -4.2431, 4.9055, 4.9327, 8.5045, 2.0956];

const overlapOf = (wanted: readonly string[], given: readonly string[]): number => {
  const rest = new Map<string, number>();
  for (const item of given) rest.set(item, (rest.get(item) ?? 0) + 1);
  let hits = 0;
  for (const item of wanted) {
    const left = rest.get(item) ?? 0;
    if (left > 0) hits++;
    rest.set(item, left - 1);
  }
  return hits;
};

/** F-measure of two lists with repeats; 1 where both are empty. */
function agreement(wanted: readonly string[], given: readonly string[]): number {
  if (wanted.length + given.length === 0) return 1;
  return (2 * overlapOf(wanted, given)) / (wanted.length + given.length);
}

const allWords = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
const pieces = (text: string): string[] => {
  const padded = ` ${allWords(text).join(" ")} `;
  return Array.from({ length: Math.max(0, padded.length - 2) }, (_, at) => padded.slice(at, at + 3));
};

/** Features of an answer against the truth, each about −1 .. 1. */
export function gradingFeatures(truth: string, answer: string): number[] {
  const [wanted, given] = [contentWords(truth), contentWords(answer)];
  const hits = overlapOf(wanted, given);
  const [right, said] = [readPolarity(truth).value, readPolarity(answer).value];
  const numbers = (words: readonly string[]): string[] => words.filter((word) => /^\p{N}+$/u.test(word)).sort();
  const [numbersWanted, numbersGiven] = [numbers(wanted), numbers(given)];
  const sameNumbers = numbersWanted.join(" ") === numbersGiven.join(" ");
  return [
    1,
    agreement(pieces(truth), pieces(answer)),
    wanted.length === 0 ? 1 : hits / wanted.length,
    given.length === 0 ? (wanted.length === 0 ? 1 : 0) : hits / given.length,
    right === null && said === null ? 0 : right === said ? 1 : -1,
    numbersWanted.length + numbersGiven.length === 0 ? 0 : sameNumbers ? 1 : -1,
  ];
}

/** 0 .. 1. An answer that is the truth word for word earns 1. */
export function gradedScore(truth: string, answer: string, weights: readonly number[] = GRADING_WEIGHTS): number {
  if (allWords(truth).join(" ") === allWords(answer).join(" ")) return 1;
  const sum = gradingFeatures(truth, answer).reduce((total, value, index) => total + value * weights[index]!, 0);
  return 1 / (1 + Math.exp(-sum));
}

/** RewardBert's reported scale: 1 + 4 s (0.2911 is reported as 2.1646). */
export const onRewardBertScale = (score: number): number => 1 + 4 * score;
