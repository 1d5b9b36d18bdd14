/** An evaluation's result as a table for the terminal. */
import type { EvaluationResult } from "../../contract/evaluation.ts";
import { percent, table } from "../terminal.ts";

export function resultTable(result: EvaluationResult): string {
  const rows = result.models.flatMap(({ model, views }) =>
    Object.entries(views).map(([view, summary]) => {
      const main = summary.metrics[result.mainMetric];
      return [
        model.label,
        view,
        String(summary.n),
        summary.errors > 0 ? String(summary.errors) : "–",
        main === undefined ? "–" : percent(main.value),
        main === undefined ? "–" : `${percent(main.interval[0])} to ${percent(main.interval[1])}`,
        percent(summary.formatRate),
        summary.meanTokens.toFixed(1),
      ];
    }),
  );
  return table(["model", "view", "n", "not asked", result.mainMetric, "95 % interval", "format", "tokens"], rows);
}
