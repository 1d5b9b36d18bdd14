/** Scores of a short free answer from a judge's verdict, and what to read beside them. */
import { readPolarity } from "../extraction/polarity.ts";
import { startsWithPolarity, type AnswerVerdict } from "../judge/answer-judge.ts";
import { copyRate } from "../metrics/copy-rate.ts";

export interface JudgedAnswer {
  readonly question: string;
  readonly truth: string;
  /** What was judged. */
  readonly response: string;
}

/**
 * `recall on yes` and `recall on no` are of questions whose truth begins so: their mean, which no constant answer raises above
 * one half, is the balanced accuracy of the summary. `copied` is how much of the answer stands in the question.
 */
export function verdictScores(
  { question, truth, response }: JudgedAnswer,
  { correct, unsure }: AnswerVerdict,
): { readonly score: number } & Record<string, number> {
  const score = Number(correct);
  const scores = { score, accuracy: score, unsure: Number(unsure), copied: copyRate(question, response) };
  if (!startsWithPolarity(truth)) return scores;
  const saysYes = readPolarity(response).value === "yes";
  const recall = readPolarity(truth).value === "yes" ? "recall on yes" : "recall on no";
  return { ...scores, "yes rate": Number(saysYes), [recall]: score };
}
