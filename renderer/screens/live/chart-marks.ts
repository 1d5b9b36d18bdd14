/** What happened to a run, as marks on its curves. */
import { useMemo } from "react";
import type { Alert, AlertRule } from "../../../contract/alerts.ts";
import type { EventOf } from "../../../contract/journal.ts";
import type { ControlEntry, RunDetail } from "../../../contract/methods.ts";
import { evaluationLabel, stageLabel } from "../../explain.ts";
import type { ChartMark } from "../../parts/Chart.tsx";
import { formatNumber } from "../../parts/format.ts";
import { useService } from "../../state/queries.ts";
import { knobTitle } from "./knobs.ts";

type Evaluation = EventOf<"evaluation">;
type Raised = Pick<Alert, "rule" | "title" | "fromStep">;

/** Knobs that were turned while the run went on, at the update from which they count. */
export function knobMarks(entries: readonly ControlEntry[]): ChartMark[] {
  return entries.flatMap(({ knob, value, step, accepted }) =>
    knob !== null && value !== null && step !== null && accepted === true
      ? [{ step, label: `${knobTitle(knob)} ${formatNumber(value)}`, kind: "knob" as const }]
      : [],
  );
}

/** Where rules were first broken, beside the metric that each is about. */
export function alertMarks(alerts: readonly Raised[], rules: readonly AlertRule[]): ChartMark[] {
  return alerts.flatMap(({ rule: id, title, fromStep }) => {
    const metric = rules.find((rule) => rule.id === id)?.metric;
    return metric === undefined ? [] : [{ step: fromStep, label: title, kind: "alert" as const, metric }];
  });
}

/** Where stages begin, and where held-out questions were measured in between. */
export function courseMarks(
  stages: RunDetail["stages"],
  begun: number,
  evaluations: readonly Evaluation[],
): ChartMark[] {
  let start = 1;
  const marks: ChartMark[] = [];
  for (const { name, steps } of stages.slice(0, begun)) {
    if (start > 1) marks.push({ step: start, label: stageLabel(name), kind: "stage" });
    start += steps;
  }
  for (const { step, label, split } of evaluations) {
    if (split === "heldout" && step > 0 && !marks.some((mark) => Math.abs(mark.step - step) <= 1)) {
      marks.push({ step, label: evaluationLabel(label), kind: "evaluation" });
    }
  }
  return marks;
}

const NO_ENTRIES: readonly ControlEntry[] = [];
const NO_RULES: readonly AlertRule[] = [];

/** Marks for all curves of a run: stages, measurements, checkpoints, knobs, alerts. */
export function useChartMarks(run: RunDetail, evaluations: readonly Evaluation[]): ChartMark[] {
  const entries = useService("controls.list", { run: run.id }).data ?? NO_ENTRIES;
  const rules = useService("alerts.rules", run.alerts.length > 0 ? {} : null).data ?? NO_RULES;
  const starts = run.stages.map((_, index) => run.stages.slice(0, index).reduce((sum, { steps }) => sum + steps, 1));
  // Steps that start no new stage change nothing: no chart is drawn again for them.
  const begun = starts.filter((start) => start <= run.step).length;
  // Every push brings the alerts anew: what counts is whether they say something else.
  const alerts = JSON.stringify(run.alerts.map(({ rule, title, fromStep }) => ({ rule, title, fromStep })));
  return useMemo(
    () => [
      ...courseMarks(run.stages, begun, evaluations),
      ...knobMarks(entries),
      ...alertMarks(JSON.parse(alerts) as Raised[], rules),
      ...run.checkpoints.map(({ step }) => ({ step, label: "Checkpoint", kind: "checkpoint" as const })),
    ],
    [run.stages, begun, run.checkpoints, alerts, evaluations, entries, rules],
  );
}
