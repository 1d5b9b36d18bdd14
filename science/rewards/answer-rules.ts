/** How answers are scored: what a rollout's accuracy is, and what a measured question scores. A recipe may bring its own. */
import { RULE_ANSWER_JUDGE } from "../judge/answer-judge.ts";
import type { ProblemType } from "../records.ts";
import { answerScore, evaluationScore } from "./accuracy.ts";
import { gradedScore } from "./graded-text.ts";

export interface AnswerRules {
  /** Stands in the protocol of every measurement. */
  readonly name: string;
  /** Accuracy of a rollout, 0 .. 1: what rewards and gates go by. */
  reward(problemType: ProblemType, answer: string, truth: string): number;
  /** Score of a measured question, 0 .. 1; a rollout with a full score is shown as right. */
  measure(problemType: ProblemType, answer: string, truth: string): number;
}

/** Video-R1's rules for all problem types. */
export const VIDEO_R1_ANSWERS: AnswerRules = { name: "video-r1", reward: answerScore, measure: evaluationScore };

/**
 * SEED-Bench-R1's code compares the first characters of answer and truth, so that `B. move the tray` is `B.`, and "The answer
 * is B" is wrong: it begins with T.
 */
export const FIRST_CHARACTER_ANSWERS: AnswerRules = {
  name: "first-character",
  reward: byFirstCharacter,
  measure: (problemType, answer, truth) =>
    problemType === "multiple choice"
      ? byFirstCharacter(problemType, answer, truth)
      : evaluationScore(problemType, answer, truth),
};

function byFirstCharacter(problemType: ProblemType, answer: string, truth: string): number {
  if (problemType !== "multiple choice") return answerScore(problemType, answer, truth);
  const [given, wanted] = [answer.trim()[0], truth.trim()[0]];
  return given !== undefined && given === wanted ? 1 : 0;
}

/** VideoHallu's: free answers are graded when they train and judged right or wrong when they are measured. */
export function judgedAnswers(grading: "graded" | "rouge"): AnswerRules {
  return {
    name: `${grading} rewards, judged by ${RULE_ANSWER_JUDGE.name}`,
    reward: (problemType, answer, truth) =>
      problemType === "free-form" && grading === "graded" && answer !== ""
        ? gradedScore(truth, answer)
        : answerScore(problemType, answer, truth),
    measure: (problemType, answer, truth) =>
      problemType === "free-form"
        ? Number(RULE_ANSWER_JUDGE.judge({ question: "", truth, response: answer }).correct)
        : evaluationScore(problemType, answer, truth),
  };
}
