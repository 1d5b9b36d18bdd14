/** The rule judge as a score for short free answers. VideoHallu publishes a large model's verdicts: not comparable. */
import { RULE_ANSWER_JUDGE } from "../judge/answer-judge.ts";

export function shortTextScore(answer: string, truth: string): { score: number; reason: string } {
  const { correct, why } = RULE_ANSWER_JUDGE.judge({ question: "", truth, response: answer });
  return { score: correct ? 1 : 0, reason: why };
}
