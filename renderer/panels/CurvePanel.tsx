import { useMemo, useState } from "react";
import type { EventOf } from "../../contract/journal.ts";
import type { Panel } from "../../contract/panels.ts";
import { describeMetric, unitOf } from "../metrics.ts";
import { Card } from "../parts/Card.tsx";
import { Chart } from "../parts/Chart.tsx";
import type { ChartDot, ChartLine, ChartMark } from "../parts/Chart.tsx";
import { ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { NoPoints } from "../parts/NoPoints.tsx";
import { formatPercent, formatValue } from "../parts/format.ts";
import { useVisible } from "../parts/useVisible.ts";
import { placed, serviceAxis, serviceRange } from "../parts/chart-axis.ts";
import { useChartFrame } from "../state/chart-frame.ts";
import { useChartSettings } from "../state/chart-settings.ts";
import { useService } from "../state/queries.ts";
import styles from "./CurvePanel.module.css";

const COLORS = [1, 2, 3, 4, 5, 6].map((index) => `var(--data-${index})`);
/** About one a pixel of a chart's width; the service keeps spikes as minimum and maximum of each bucket. */
const MAX_POINTS = 360;

export interface CurvePanelProps {
  readonly run: string;
  readonly panel: Extract<Panel, { kind: "curve" }>;
  readonly metricNames: readonly string[];
  readonly marks: readonly ChartMark[];
  readonly evaluations: readonly EventOf<"evaluation">[];
  readonly onPick: (step: number) => void;
}

/** A recipe's panel of kind `curve`: one chart with the metrics that the run has of those asked for. */
export function CurvePanel({ run, panel, metricNames, marks, evaluations, onPick }: CurvePanelProps) {
  const [ref, visible] = useVisible<HTMLDivElement>();
  const [log, setLog] = useState(false);
  const smoothing = useChartSettings((settings) => settings.smoothing);
  const { axis, zoom, starts } = useChartFrame();
  const start = starts[run] ?? 0;
  const metrics = useMemo(() => panel.metrics.filter((name) => metricNames.includes(name)), [panel, metricNames]);
  const { data, error, loading } = useService(
    "series.get",
    visible && metrics.length > 0
      ? { run, metrics, maxPoints: MAX_POINTS, axis: serviceAxis(axis), ...serviceRange(axis, zoom, start) }
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
  const unit = units.size === 1 ? [...units][0]! : null;
  return (
    <div ref={ref} className={styles["panel"]} data-panel={panel.title}>
      <Card
        title={panel.title}
        explanation={panel.explanation}
        aside={
          <button
            type="button"
            className={styles["log"]}
            aria-pressed={log}
            onClick={() => setLog(!log)}
            title="Logarithmic axis"
          >
            log
          </button>
        }
      >
        <ul className={styles["legend"]}>
          {lines.map((line) => {
            const last = line.points.at(-1)?.value;
            return (
              <li key={line.key} title={describeMetric(line.key).explanation}>
                <span style={{ background: line.color }} />
                {line.label}
                <strong>{formatValue(last, unit)}</strong>
              </li>
            );
          })}
          {(["Held out", "Validation"] as const).map((name) => {
            const minor = name === "Validation";
            const newest = dots.findLast((dot) => (dot.minor ?? false) === minor);
            return (
              newest && (
                <li
                  key={name}
                  title={
                    minor
                      ? "Measured every so often while training."
                      : "Measured on questions that are never trained on or tuned to."
                  }
                >
                  <span className={styles["dot"]} data-minor={minor} />
                  {name}
                  <strong>{formatPercent(newest.value, 0)}</strong>
                </li>
              )
            );
          })}
        </ul>
        {error ? (
          <ErrorNote error={error} />
        ) : loading || !visible ? (
          <Skeleton height={168} />
        ) : lines.every(({ points }) => points.length === 0) ? (
          <NoPoints axis={axis} isZoomed={zoom !== null} />
        ) : (
          <Chart lines={lines} marks={marks} dots={dots} smoothing={smoothing} log={log} unit={unit} onPick={onPick} />
        )}
      </Card>
    </div>
  );
}

function isAccuracy(panel: Panel): boolean {
  return (
    panel.kind === "curve" && panel.metrics.some((name) => /^(temporal|accuracy)\/(accuracy_)?ordered$/.test(name))
  );
}

/** Measured accuracies as points on the accuracy chart: held-out ones filled, those on validation small and open. */
function measuredDots(evaluations: readonly EventOf<"evaluation">[]): ChartDot[] {
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
