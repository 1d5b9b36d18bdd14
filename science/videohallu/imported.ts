/**
 * The table of somebody's evaluation with VideoHallu's script as items: their responses judged again by the rule, their
 * judge's verdict beside it, and which of the two a difference comes from as a group.
 */
import type { EvaluatedItem } from "../../contract/evaluation.ts";
import type { ImportedResults } from "../evaluation/imported.ts";
import { verdictScores } from "../evaluation/verdict-scores.ts";
import { RULE_ANSWER_JUDGE } from "../judge/answer-judge.ts";
import type { RowProblem } from "../records.ts";
import type { Difference } from "../rescore.ts";
import { readEvaluation } from "./records.ts";
import { categoryOf } from "./taxonomy.ts";

/** @param model the column with its responses. What such a table does not hold (tokens, frames) stays 0 or null. */
export function importedVerdicts(
  csv: string,
  name: string,
  model: string,
): ImportedResults & { readonly problems: readonly RowProblem[] } {
  const { rows, problems } = readEvaluation(csv, name, model);
  const differences: Difference[] = [];
  const items = rows.map((row, position): EvaluatedItem => {
    const { category, question, truth, response, verdict: theirs } = row;
    const ours = RULE_ANSWER_JUDGE.judge({ question, truth, response });
    const isSame = ours.correct === theirs.correct;
    if (!isSame) {
      differences.push({
        row: position + 1,
        id: String(position + 1),
        problemType: "free-form",
        reason: "another judge",
        storedReward: Number(theirs.correct),
        reward: Number(ours.correct),
        storedPrediction: response,
        prediction: response,
        answer: truth,
      });
    }
    return {
      position,
      sampleId: String(position + 1),
      view: "ordered",
      problemType: "free-form",
      groups: {
        type: category,
        category: categoryOf(category)!.superCategory,
        "stored reward": isSame ? "reproduced" : "another judge",
      },
      question,
      options: [],
      answer: truth,
      text: response,
      prediction: response,
      extraction: `${ours.why}; their judge says: ${theirs.why}`,
      scores: { ...verdictScores({ question, truth, response }, ours), stored: Number(theirs.correct) },
      format: 0,
      tokens: 0,
      stopReason: "unknown",
      logProb: 0,
      media: null,
      error: null,
    };
  });
  const mean = (values: readonly number[]): number | null =>
    values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    items,
    problems,
    rescored: {
      rules: "evaluation",
      rows: items.length,
      reproduced: items.length - differences.length,
      differences,
      means: {
        accuracy: mean(items.map(({ scores }) => scores["score"]!)),
        relativeAccuracy: null,
        stated: { meanAccuracy: mean(items.map(({ scores }) => scores["stored"]!)), meanRelativeAccuracy: null },
      },
    },
  };
}
