import { useMemo } from "react";
import { useService } from "../state/queries.ts";
import { Card } from "./Card.tsx";
import { formatDuration, formatMilliseconds, formatPercent } from "./format.ts";
import { foldPhases } from "./phases.ts";
import type { Phase } from "./phases.ts";
import styles from "./TimingBar.module.css";

/** Steps that the mean is taken over. */
const RECENT_STEPS = 20;
/** A phase has the same colour wherever it is drawn; the short ones share one. */
const COLOR_OF: Readonly<Record<string, number>> = {
  rollout: 1,
  backward: 3,
  reference: 5,
  forward: 2,
  vision: 4,
  update: 6,
};
export const phaseColor = (phase: string): string => {
  const index = COLOR_OF[phase];
  return index === undefined ? "var(--text-3)" : `var(--data-${index})`;
};
/** Phases of an update, and what happens between two, as people say them. */
export const PHASE_LABELS: Readonly<Record<string, string>> = {
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
  other: "Other",
  preparing: "Preparing",
  decoding: "Reading videos",
  evaluating: "Measuring",
  checkpointing: "Checkpoint",
  paused: "Paused",
  finalizing: "Finishing",
};
const label = (phase: Phase) => PHASE_LABELS[phase.name] ?? phase.name;
const duration = ({ milliseconds }: Phase) => formatMilliseconds(milliseconds);

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
  const metrics = useMemo(() => metricNames.filter((name) => name.startsWith("time/")), [metricNames]);
  // In jumps of five steps, so that the question stays the same for a while.
  const fromStep = Math.max(0, Math.floor((step - RECENT_STEPS) / 5) * 5);
  const { data } = useService(
    "series.get",
    metrics.length > 0 ? { run, metrics, from: fromStep, maxPoints: 200 } : null,
  );
  const phases = useMemo(() => {
    const means = (data ?? []).map((series): Phase => {
      const values = series.points.slice(-RECENT_STEPS).map((point) => point.value);
      const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
      return { name: series.metric.slice("time/".length), milliseconds: mean };
    });
    return foldPhases(means.filter((phase) => phase.milliseconds > 0 && !["total", "step"].includes(phase.name)));
  }, [data]);
  const total = phases.reduce((sum, phase) => sum + phase.milliseconds, 0);
  if (total === 0) return null;
  const share = (phase: Phase) => formatPercent(phase.milliseconds / total, 0);
  return (
    <Card
      title="Time of a step"
      explanation={`Mean of the newest ${RECENT_STEPS} steps, by phase.`}
      aside={<span className={styles["total"]}>{formatDuration(total / 1000)} a step</span>}
    >
      <div
        className={styles["bar"]}
        role="img"
        aria-label={phases.map((phase) => `${label(phase)} ${share(phase)}`).join(", ")}
      >
        {phases.map((phase) => (
          <span
            key={phase.name}
            style={{ flexGrow: phase.milliseconds, background: phaseColor(phase.name) }}
            title={`${label(phase)}: ${duration(phase)}`}
          />
        ))}
      </div>
      <ul className={styles["legend"]}>
        {phases.map((phase) => (
          <li key={phase.name}>
            <span style={{ background: phaseColor(phase.name) }} />
            {label(phase)}
            <strong>{duration(phase)}</strong>
            <em>{share(phase)}</em>
          </li>
        ))}
      </ul>
    </Card>
  );
}
