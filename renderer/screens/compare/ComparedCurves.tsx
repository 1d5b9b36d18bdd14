import { useMemo, useState } from "react";
import type { RunDetail } from "../../../contract/methods.ts";
import { describeMetric, unitOf } from "../../metrics.ts";
import { Card } from "../../parts/Card.tsx";
import { Chart } from "../../parts/Chart.tsx";
import type { ChartLine } from "../../parts/Chart.tsx";
import { ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { formatValue } from "../../parts/format.ts";
import { useVisible } from "../../parts/useVisible.ts";
import { placed, serviceAxis, serviceRange } from "../../parts/chart-axis.ts";
import { NoPoints } from "../../parts/NoPoints.tsx";
import { useChartFrame } from "../../state/chart-frame.ts";
import { useChartSettings } from "../../state/chart-settings.ts";
import { useServices } from "../../state/queries.ts";
import { runColor } from "./run-colors.ts";
import styles from "./ComparedCurves.module.css";

const FIRST: readonly string[] = [
  "reward",
  "rewards/accuracy/mean",
  "temporal/accuracy_ordered",
  "temporal/accuracy_shuffled",
  "kl",
  "entropy",
  "completions/mean_length",
  "frac_reward_zero_std",
  "loss",
  "grad_norm",
];
const MAX_POINTS = 500;

/** The same metric of all runs in one chart; the main ones first, every other on demand. */
export function ComparedCurves({
  runs,
  hidden,
}: {
  readonly runs: readonly RunDetail[];
  /** Runs whose curves are not drawn; colours stay as they are. */
  readonly hidden: readonly string[];
}) {
  const [all, setAll] = useState(false);
  const known = [...new Set(runs.flatMap(({ metricNames }) => metricNames))].sort();
  const shared = (name: string) => runs.some(({ metricNames }) => metricNames.includes(name));
  const first = FIRST.filter(shared);
  const names = all ? [...first, ...known.filter((name) => !first.includes(name))] : first;
  return (
    <section className={styles["curves"]} aria-label="Curves">
      <header>
        <h2>Curves</h2>
        <button type="button" onClick={() => setAll(!all)}>
          {all ? "Main metrics" : `All ${known.length} metrics`}
        </button>
      </header>
      <div className={styles["grid"]}>
        {names.map((metric) => (
          <MetricOfRuns key={metric} metric={metric} runs={runs} hidden={hidden} />
        ))}
      </div>
    </section>
  );
}

function MetricOfRuns({
  metric,
  runs,
  hidden,
}: {
  readonly metric: string;
  readonly runs: readonly RunDetail[];
  readonly hidden: readonly string[];
}) {
  const [ref, visible] = useVisible<HTMLDivElement>();
  const smoothing = useChartSettings((settings) => settings.smoothing);
  const { axis, zoom, starts } = useChartFrame();
  const having = runs.filter(({ id, metricNames }) => metricNames.includes(metric) && !hidden.includes(id));
  const series = useServices(
    "series.get",
    visible
      ? having.map(({ id }) => ({
          ...{ run: id, metrics: [metric], maxPoints: MAX_POINTS, axis: serviceAxis(axis) },
          ...serviceRange(axis, zoom, starts[id] ?? 0),
        }))
      : [],
  );
  const lines = useMemo<ChartLine[]>(
    () =>
      series.map(({ data }, index) => ({
        key: having[index]!.id,
        label: having[index]!.name,
        color: runColor(runs.indexOf(having[index]!)),
        points: placed(data?.[0]?.points ?? [], axis, starts[having[index]!.id] ?? 0),
      })),
    // `having` follows from the runs and the metric.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [series, runs, hidden, metric, axis, starts],
  );
  const { label, explanation } = describeMetric(metric);
  const unit = unitOf(metric);
  const error = series.find((query) => query.error && !query.data)?.error;
  return (
    <div ref={ref} className={styles["panel"]} data-panel={metric}>
      <Card
        title={label}
        explanation={explanation}
        aside={label !== metric && <code className={styles["metric"]}>{metric}</code>}
      >
        <ul className={styles["legend"]}>
          {lines.map((line) => {
            const last = line.points.at(-1)?.value;
            return (
              <li key={line.key} title={line.label}>
                <span style={{ background: line.color }} />
                <strong>{formatValue(last, unit)}</strong>
              </li>
            );
          })}
        </ul>
        {error ? (
          <ErrorNote error={error} />
        ) : !visible || series.some(({ data }) => !data) ? (
          <Skeleton height={168} />
        ) : lines.every(({ points }) => points.length === 0) ? (
          <NoPoints axis={axis} isZoomed={zoom !== null} />
        ) : (
          <Chart lines={lines} smoothing={smoothing} unit={unit} />
        )}
      </Card>
    </div>
  );
}
