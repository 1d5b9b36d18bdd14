/** What a curve's panel draws: its lines as the service gives them, measured dots beside them, and their unit. */
import { useMemo } from "react";
import type { EventOf } from "../../contract/journal.ts";
import type { Panel } from "../../contract/panels.ts";
import { describeMetric, unitOf } from "../metrics.ts";
import type { ChartDot, ChartLine } from "../parts/Chart.tsx";
import { placed, serviceAxis, serviceRange } from "../parts/chart-axis.ts";
import type { Unit } from "../parts/format.ts";
import { useChartFrame } from "../state/chart-frame.ts";
import { useService } from "../state/queries.ts";

export type CurvePanelOf = Extract<Panel, { kind: "curve" }>;
type Evaluation = EventOf<"evaluation">;

const COLORS = [1, 2, 3, 4, 5, 6].map((index) => `var(--data-${index})`);

export interface Curve {
  readonly lines: readonly ChartLine[];
  readonly dots: readonly ChartDot[];
  readonly unit: Unit | null;
  readonly error: Error | null;
  readonly loading: boolean;
}

/** @param maxPoints null: nothing is asked for, since nobody sees it */
export function useCurve(
  run: string,
  panel: CurvePanelOf,
  metricNames: readonly string[],
  evaluations: readonly Evaluation[],
  maxPoints: number | null,
): Curve {
  const { axis, zoom, starts } = useChartFrame();
  const start = starts[run] ?? 0;
  const metrics = useMemo(() => panel.metrics.filter((name) => metricNames.includes(name)), [panel, metricNames]);
  const { data, error, loading } = useService(
    "series.get",
    maxPoints !== null && metrics.length > 0
      ? { run, metrics, maxPoints, axis: serviceAxis(axis), ...serviceRange(axis, zoom, start) }
      : null,
  );
  const lines = useMemo<ChartLine[]>(
    () =>
      metrics.map((metric, index) => ({
        key: metric,
        label: describeMetric(metric).label,
        color: COLORS[index % COLORS.length]!,
        points: placed(data?.find((series) => series.metric === metric)?.points ?? [], axis, start),
      })),
    [metrics, data, axis, start],
  );
  const dots = useMemo(() => (isAccuracy(panel) ? measuredDots(evaluations) : []), [panel, evaluations]);
  const units = new Set(metrics.map(unitOf));
  return { lines, dots, unit: units.size === 1 ? [...units][0]! : null, error, loading };
}

function isAccuracy(panel: CurvePanelOf): boolean {
  return panel.metrics.some((name) => /^(temporal|accuracy)\/(accuracy_)?ordered$/.test(name));
}

/** Measured accuracies as points on the accuracy chart: held-out ones filled, those on validation small and open. */
function measuredDots(evaluations: readonly Evaluation[]): ChartDot[] {
  return evaluations
    .filter((evaluation) => evaluation.split !== "train" && evaluation.step > 0)
    .map((evaluation) => ({
      step: evaluation.step,
      value: evaluation.accuracy,
      color: "var(--good)",
      label: `${evaluation.split} ${evaluation.label}`,
      minor: evaluation.split === "validation",
    }));
}

/** Rows of CSV: one for each step, with value, minimum and maximum of each line as they are drawn. */
export function curveCsv(lines: readonly Pick<ChartLine, "key" | "points">[]): string {
  const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const columns = lines.flatMap(({ key }) => [key, `${key} min`, `${key} max`]);
  const rows = new Map<number, { time: number; values: Map<string, number> }>();
  for (const { key, points } of lines) {
    for (const { step, time, value, min, max } of points) {
      const row = rows.get(step) ?? { time, values: new Map<string, number>() };
      row.values.set(key, value).set(`${key} min`, min).set(`${key} max`, max);
      rows.set(step, row);
    }
  }
  const sorted = [...rows].sort(([a], [b]) => a - b);
  return [
    ["step", "time", ...columns].map(cell).join(","),
    ...sorted.map(([step, { time, values }]) =>
      [step, new Date(time).toISOString(), ...columns.map((name) => values.get(name) ?? "")].join(","),
    ),
    "",
  ].join("\n");
}
