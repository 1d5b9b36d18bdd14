/** The measured part of docs/systems/SYSTEM.md, between two marks; what people wrote around it stays. */
import { duration } from "../terminal.ts";
import type { RunRecord } from "../proof/run-record.ts";
import { armsOf } from "./plan.ts";
import type { ArmResult, ClaimResult, MeasuredValue, Statistic, SystemResult } from "../../contract/claims.ts";
import type { Arm, RunsOf, SystemClaims } from "./claim.ts";

const BEGIN = "<!-- measured: begin -->";
const END = "<!-- measured: end -->";

export function armResults(claims: SystemClaims, runs: RunsOf, ablations: boolean): ArmResult[] {
  return armsOf(claims, ablations).flatMap((arm) => {
    const records = [...runs(arm.id).values()];
    return records.length === 0 ? [] : [armResult(arm, records)];
  });
}

function armResult({ id, title, what, recipe, preset }: Arm, records: readonly RunRecord[]): ArmResult {
  const each = (value: (record: RunRecord) => number): number =>
    records.reduce((sum, record) => sum + value(record), 0) / records.length;
  return {
    id,
    title,
    what,
    recipe,
    preset,
    seconds: each(({ wallSeconds }) => wallSeconds),
    updateSeconds: each(({ updateSeconds }) => updateSeconds),
    updates: each(({ steps }) => steps.length),
    runs: records.map(({ run }) => run),
  };
}

/** A table of Markdown; the first `texts` columns stand to the left, numbers to the right. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[], texts = 1): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, column) => (column < texts ? "---" : "--:"))), ...rows.map(line)].join("\n");
}

/** In points, percent or times. */
export function showValue(value: number | null, statistic: Statistic): string {
  if (value === null || !Number.isFinite(value)) return "–";
  if (statistic === "ratio") return `${value.toFixed(2)}×`;
  const sign = value < 0 ? "−" : statistic === "difference" ? "+" : "";
  return `${sign}${Math.abs(value * 100).toFixed(1)}${statistic === "reduction" ? " %" : ""}`;
}

export function showInterval(
  { value, interval }: Pick<MeasuredValue, "value" | "interval">,
  statistic: Statistic,
): string {
  const range = interval === null ? "" : ` (${interval.map((end) => showValue(end, statistic)).join(" to ")})`;
  return `${showValue(value, statistic)}${range}`;
}

const UNITS: Readonly<Record<Statistic, string>> = { difference: " points", reduction: "", ratio: "" };

/** A sentence that says what came out, and of the control. */
export function sentence(result: ClaimResult): string {
  const { statistic, threshold, control, verdict } = result;
  const unit = UNITS[statistic];
  const said = { holds: "Holds", "does not hold": "Does not hold", undecided: "Undecided" }[verdict];
  const seeds = result.bySeed.map(({ value }) => showValue(value, statistic)).join(", ");
  return (
    `**${said}.** ${result.text} Measured (${result.quantity}): ${showInterval(result, statistic)}${unit}; by seed ` +
    `${seeds}; it holds from ${showValue(threshold, statistic)}${unit} on. Control, ${control.title}: ` +
    `${showInterval(control, statistic)}${unit}, ${control.fails ? "fails as it must" : "**does not fail**, so nothing is shown"}.`
  );
}

/** The measured part, Markdown. */
export function measuredPart(result: SystemResult): string {
  const { claims, arms, tables, missing, seeds, quick, command } = result;
  const armRows = arms.map(({ title, what, updates, updateSeconds, seconds }) => [
    title,
    what,
    updates.toFixed(0),
    duration(updateSeconds),
    duration(seconds),
  ]);
  return [
    quick ? "**A rehearsal with a few updates a run: it shows that everything runs, and nothing else.**" : "",
    `Made by \`${command}\` from the journals of its runs, ${seeds.length === 1 ? "one seed" : `${seeds.length} seeds`}. ` +
      "Intervals are of 2,000 paired resamples of the items (95 %); a verdict says yes or no only when the interval leaves " +
      "out the threshold and every seed stands on its side.",
    claims.map((claim) => `- ${sentence(claim)}`).join("\n"),
    missing.length === 0 ? "" : `Not measured:\n\n${missing.map((entry) => `- ${entry}`).join("\n")}`,
    markdownTable(["arm", "what it is", "updates", "in updates", "a run in all"], armRows, 2),
    ...tables,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** The page with its measured part renewed, or begun at its end. */
export function withMeasured(page: string, part: string): string {
  const block = `${BEGIN}\n\n${part}\n\n${END}`;
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  const begun = page.trimEnd();
  if (from < 0 || to < from) {
    return `${begun}${begun.endsWith("## Measured") ? "" : "\n\n## Measured"}\n\n${block}\n`;
  }
  return page.slice(0, from) + block + page.slice(to + END.length);
}
