/**
 * Result files as Video-R1's evaluation scripts write them: `results` with one row an item, and `final_acc` with the mean of
 * every row but those of type regression, and the mean relative accuracy of those.
 */
import type { EvaluatedItem } from "../../contract/evaluation.ts";

export interface UpstreamResults {
  readonly results: readonly Readonly<Record<string, unknown>>[];
  readonly final_acc: readonly [{ readonly mean_acc: number; readonly mean_mra: number }];
}

/** @param items of one model and one view, in order. */
export function upstreamResults(items: readonly EvaluatedItem[]): UpstreamResults {
  const results = items.map((item) => {
    const reward = item.scores["score"] ?? 0;
    return {
      problem_id: item.sampleId,
      problem: item.question,
      data_type: item.media?.kind ?? "video",
      problem_type: item.problemType,
      options: item.options,
      process: "",
      solution: `<answer>${item.answer}</answer>`,
      path: `./${item.media?.path ?? item.error?.file ?? ""}`,
      data_source: item.groups["type"] ?? "",
      output: item.error === null ? item.text : "<answer>error</answer>",
      prediction: item.error === null ? item.prediction : "error",
      reward,
      correct: reward === 1,
    };
  });
  const isNumber = (type: unknown): boolean => type === "regression";
  const mean = (rows: readonly { reward: number }[]): number =>
    rows.length === 0 ? 0 : rows.reduce((sum, { reward }) => sum + reward, 0) / rows.length;
  return {
    results,
    final_acc: [
      {
        mean_acc: mean(results.filter((row) => !isNumber(row.problem_type))),
        mean_mra: mean(results.filter((row) => isNumber(row.problem_type))),
      },
    ],
  };
}
