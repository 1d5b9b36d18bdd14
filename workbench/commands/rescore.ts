import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { DIFFERENCE_REASONS, rescore as rescored, type Rescored } from "../../science/rescore.ts";
import type { ResultFile } from "../../science/result-files.ts";
import { readResults } from "../evaluations/import.ts";
import { percent, table } from "../terminal.ts";
import { text, UsageError, type Command } from "./command.ts";

const SHOWN = 20;

export const rescore: Command = {
  name: "rescore",
  usage: "FILE [options]",
  summary: "Scores the stored outputs of a Video-R1 result file again, and explains every difference.",
  details: [
    "FILE           as the evaluation scripts write it: {results, final_acc}; annotation files too",
    "--rules NAME   evaluation or training (default: as the file's rows suggest)",
    "--json OUT     writes every difference and the means",
    "Exit code 1 when a stored reward is not reproduced.",
  ],
  options: { rules: { type: "string" }, json: { type: "string" } },
  run(options, [name]) {
    if (!name) throw new UsageError("Which file? For example: secondlook rescore eval_mmvu_greedy_output.json.");
    const rules = text(options["rules"]);
    if (rules !== undefined && rules !== "evaluation" && rules !== "training") {
      throw new UsageError(`--rules is "${rules}", but must be evaluation or training.`);
    }
    const file = readResults(resolve(name));
    const result = rescored(file, rules);
    const out = text(options["json"]);
    if (out) writeFileSync(resolve(out), `${JSON.stringify({ ...result, problems: file.problems }, null, 2)}\n`);
    console.log(rescoreReport(result, file.problems));
    return Promise.resolve(result.reproduced === result.rows && file.problems.length === 0 ? 0 : 1);
  },
};

/** What was reproduced, and the first differences with their reasons. */
export function rescoreReport(result: Rescored, problems: ResultFile["problems"]): string {
  const { rows, reproduced, differences, means, rules } = result;
  const lines = [`${reproduced} of ${rows} stored rewards reproduced by the rules of ${rules}.`];
  const compared = [
    ["accuracy", means.accuracy, means.stated.meanAccuracy],
    ["mean relative accuracy", means.relativeAccuracy, means.stated.meanRelativeAccuracy],
  ] as const;
  for (const [name, own, stated] of compared) {
    if (own !== null) lines.push(`${name}: ${percent(own)}; the file says ${percent(stated)}`);
  }
  const reasons = [...new Set(differences.map(({ reason }) => reason))];
  for (const reason of reasons) {
    const count = differences.filter((difference) => difference.reason === reason).length;
    lines.push(`${count} × ${reason}: ${DIFFERENCE_REASONS[reason]}.`);
  }
  if (differences.length > 0) {
    const short = (value: string | null): string => (value === null ? "—" : value.replace(/\s+/g, " ").slice(0, 24));
    const shown = differences
      .slice(0, SHOWN)
      .map((item) => [
        `${item.row}`,
        item.reason,
        item.problemType,
        short(item.storedPrediction),
        short(item.prediction),
        short(item.answer),
        String(item.storedReward),
        String(item.reward),
      ]);
    const head = ["row", "reason", "type", "stored prediction", "prediction", "truth", "stored", "reward"];
    lines.push("", table(head, shown));
    if (differences.length > SHOWN) lines.push(`… and ${differences.length - SHOWN} more: --json FILE writes all.`);
  }
  for (const { row, reason } of problems.slice(0, SHOWN)) lines.push(`row ${row} cannot be read: ${reason}`);
  return lines.join("\n");
}
