import { useMemo } from "react";
import { useService } from "../state/queries.ts";
import { Card } from "./Card.tsx";
import { formatDuration, formatPercent } from "./format.ts";
import styles from "./TimingBar.module.css";

/** Steps that the mean is taken over. */
const RECENT_STEPS = 20;
const COLORS = [1, 3, 5, 2, 4, 6].map((index) => `var(--data-${index})`);
const LABELS: Readonly<Record<string, string>> = {
  data: "Data",
  decode: "Decoding",
  vision: "Vision",
  rollout: "Rollouts",
  reward: "Rewards",
  reference: "Reference",
  forward: "Forward",
  backward: "Backward",
  journal: "Journal",
  update: "Update",
  save: "Saving",
};

/** Where the time of a step goes, as a mean over the newest steps. Timings are journalled in milliseconds. */
export function TimingBar({
  run,
  metricNames,
  step,
}: {
  readonly run: string;
  readonly metricNames: readonly string[];
  readonly step: number;
}) {
  const metrics = useMemo(() => metricNames.filter((name) => /^(time|timings)\//.test(name)), [metricNames]);
  const fromStep = Math.max(0, Math.floor((step - RECENT_STEPS) / 5) * 5);
  const { data } = useService("series.get", metrics.length > 0 ? { run, metrics, fromStep, maxPoints: 200 } : null);
  const phases = useMemo(
    () =>
      (data ?? [])
        .map((series) => {
          const values = series.points.slice(-RECENT_STEPS).map((point) => point.value);
          const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
          return { name: series.metric.replace(/^(time|timings)\//, "").replace(/_?ms$/i, ""), milliseconds: mean };
        })
        .filter((phase) => phase.milliseconds > 0 && !["total", "step"].includes(phase.name))
        .sort((a, b) => b.milliseconds - a.milliseconds),
    [data],
  );
  const total = phases.reduce((sum, phase) => sum + phase.milliseconds, 0);
  if (total === 0) return null;
  return (
    <Card
      title="Time of a step"
      explanation={`Mean of the newest ${RECENT_STEPS} steps, by phase.`}
      aside={<span className={styles["total"]}>{formatDuration(total / 1000)} a step</span>}
    >
      <div
        className={styles["bar"]}
        role="img"
        aria-label={phases.map((phase) => `${phase.name} ${formatPercent(phase.milliseconds / total, 0)}`).join(", ")}
      >
        {phases.map((phase, index) => (
          <span
            key={phase.name}
            style={{ flexGrow: phase.milliseconds, background: COLORS[index % COLORS.length] }}
            title={`${LABELS[phase.name] ?? phase.name}: ${formatDuration(phase.milliseconds / 1000)}`}
          />
        ))}
      </div>
      <ul className={styles["legend"]}>
        {phases.map((phase, index) => (
          <li key={phase.name}>
            <span style={{ background: COLORS[index % COLORS.length] }} />
            {LABELS[phase.name] ?? phase.name}
            <strong>
              {phase.milliseconds < 1000
                ? `${Math.round(phase.milliseconds)} ms`
                : formatDuration(phase.milliseconds / 1000)}
            </strong>
            <em>{formatPercent(phase.milliseconds / total, 0)}</em>
          </li>
        ))}
      </ul>
    </Card>
  );
}
