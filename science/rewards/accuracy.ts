/** Video-R1's rule rewards for the answer, by problem type, with all of its edge cases (`reward vectors: metrics/rewards.json`). */
import { extractAnswer, parseFloatStrictly, roundToCents } from "../answers.ts";
import { meanRelativeAccuracy, meanRelativeAccuracyVeripo } from "../metrics/mra.ts";
import { rouge, wordErrorRate } from "../metrics/text.ts";
import { multiAnswerScore } from "./multi-answer.ts";
import type { Reward } from "./reward.ts";

/** Accuracy as a part of the reward; the rules have judged the rollout already. */
export const accuracyPart: Reward = { name: "accuracy", score: (rollout) => rollout.accuracy };

/** Accuracy whose regression rows are measured by VerIPO's mean relative accuracy; all others as the rules say. */
export function relativeAccuracyPart(points: 10 | 11, weight: number): Reward {
  return {
    name: accuracyPart.name,
    score({ prediction, accuracy }, { problemType, answer }) {
      if (problemType !== "regression") return weight * accuracy;
      const [given, wanted] = [numberIn(prediction), numberIn(answer)];
      return given === null || wanted === null ? 0 : weight * meanRelativeAccuracyVeripo(given, wanted, points);
    },
  };
}

/** 0 .. 1 for a completion's text against the row's `solution`; both hold their `<answer>` tags. Unknown type: 0. */
export function accuracyReward(problemType: string, output: string, solution: string): number {
  return answerScore(problemType, extractAnswer(output), extractAnswer(solution));
}

/** The same from answers without tags. */
export function answerScore(problemType: string, answer: string, truth: string): number {
  switch (problemType) {
    case "multiple choice":
      // Several right letters between commas are right in any order.
      return truth.includes(",") ? multiAnswerScore(answer, truth, "fixed") : answer === truth ? 1 : 0;
    case "numerical":
      return numericalScore(answer, truth);
    case "OCR":
      return clampToUnit(1 - wordErrorRate(truth, answer));
    case "free-form":
      return clampToUnit(rouge(truth, answer, { stem: true }).meanF);
    case "regression":
      return regressionScore(answer, truth);
    default:
      return 0;
  }
}

/**
 * Score of an answer in evaluation: as the reward, but regression is measured by Video-R1's mean relative accuracy. The
 * authors' scripts give OCR and free-form no score; ours keep word error rate and ROUGE for them.
 */
export function evaluationScore(problemType: string, answer: string, truth: string): number {
  if (problemType !== "regression") return answerScore(problemType, answer, truth);
  const given = numberIn(answer);
  const wanted = numberIn(truth);
  return given === null || wanted === null ? 0 : meanRelativeAccuracy(given, wanted);
}

const looksDecimal = (text: string): boolean => text.includes(".") || text.includes(",");
const numberIn = (text: string): number | null => parseFloatStrictly(text.replaceAll(",", ""));

function numericalScore(answer: string, truth: string): number {
  if (looksDecimal(answer) !== looksDecimal(truth)) return 0;
  const given = numberIn(answer);
  const wanted = numberIn(truth);
  if (given === null || wanted === null) return 0;
  return roundToCents(given) === roundToCents(wanted) ? 1 : 0;
}

/** 1 minus the relative error; a truth of 0 gives 0 whatever the answer (upstream's formula). */
function regressionScore(answer: string, truth: string): number {
  const given = numberIn(answer);
  const wanted = numberIn(truth);
  if (given === null || wanted === null) return 0;
  const relativeError = (Math.abs(given - wanted) + 1e-9) / (Math.abs(wanted) + 1e-9);
  return Number.isNaN(relativeError) ? 0 : 1 - clampToUnit(relativeError);
}

function clampToUnit(value: number): number {
  return Math.min(1, Math.max(0, value));
}
