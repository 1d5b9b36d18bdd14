import { useState } from "react";
import type { RunDetail, Timeline } from "../../../contract/methods.ts";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Card.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { Segmented } from "../../parts/Segmented.tsx";
import { formatCount, formatDuration, formatMilliseconds } from "../../parts/format.ts";
import { PHASE_LABELS, phaseColor, TimingBar } from "../../parts/TimingBar.tsx";
import { useService } from "../../state/queries.ts";
import { ganttRows, type GanttRow } from "./gantt.ts";
import styles from "./Timing.module.css";

const COUNTS = ["1", "5", "20"] as const;

/** Each update on the clock: which phase ran when, and what happened between updates. */
export function Timing({ run }: { readonly run: RunDetail }) {
  const [count, setCount] = useState<(typeof COUNTS)[number]>("5");
  const [to, setTo] = useState<number | null>(null);
  const last = to ?? run.step;
  const { data, error } = useService(
    "timeline.get",
    run.step > 0 ? { run: run.id, count: Number(count), toStep: last } : null,
  );
  const [shown, setShown] = useState<Timeline | null>(null);
  // The last picture stays until the next one is there: a live run must not flicker.
  if (data && data !== shown) setShown(data);
  const move = (by: number) => {
    const next = Math.max(Number(count), Math.min(run.step, last + by * Number(count)));
    setTo(next >= run.step ? null : next);
  };
  return (
    <div className={styles["timing"]}>
      {error && <ErrorNote error={error} />}
      <Card
        title="Updates on the clock"
        explanation="Phases of an update follow one another; their times are the journal's own."
        aside={
          <>
            <Button
              icon="left"
              kind="quiet"
              hint="Earlier updates"
              disabled={last <= Number(count)}
              onClick={() => move(-1)}
            />
            <span className={styles["range"]}>
              {shown?.steps.length
                ? `step ${formatCount(shown.steps[0]!.step)} to ${formatCount(shown.steps.at(-1)!.step)}`
                : ""}
            </span>
            <Button icon="chevron" kind="quiet" hint="Later updates" disabled={to === null} onClick={() => move(1)} />
            <Segmented
              label="Updates shown"
              value={count}
              onChange={setCount}
              choices={COUNTS.map((value) => ({ value, label: value }))}
            />
          </>
        }
      >
        {run.step === 0 ? (
          <EmptyState compact icon="live" title="No update has been finished yet." />
        ) : shown ? (
          <Gantt timeline={shown} />
        ) : (
          <Skeleton height={200} />
        )}
      </Card>
      <TimingBar run={run.id} metricNames={run.metricNames} step={run.step} />
    </div>
  );
}

function Gantt({ timeline }: { readonly timeline: Timeline }) {
  const { rows, from, to } = ganttRows(timeline);
  const length = Math.max(1, to - from);
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  return (
    <div className={styles["gantt"]} role="table" aria-label="Phases of the updates">
      {rows.map((row) => (
        <GanttLine key={row.phase} row={row} from={from} length={length} />
      ))}
      <div className={styles["axis"]} aria-hidden="true">
        <span />
        <div>
          {ticks.map((share) => (
            <span key={share} style={{ left: `${share * 100}%`, transform: `translateX(${-share * 100}%)` }}>
              {formatDuration((share * length) / 1000)}
            </span>
          ))}
        </div>
        <span />
      </div>
    </div>
  );
}

function GanttLine({ row, from, length }: { readonly row: GanttRow; readonly from: number; readonly length: number }) {
  const label = PHASE_LABELS[row.phase] ?? row.phase;
  return (
    <div className={styles["line"]} role="row" data-between={row.between}>
      <span role="rowheader">{label}</span>
      <div role="cell">
        {row.spans.map((span) => (
          <span
            key={`${span.step}-${span.from}`}
            title={`${label}${span.step === null ? "" : `, step ${span.step}`}: ${formatMilliseconds(span.to - span.from)}${span.detail ? `, ${span.detail}` : ""}`}
            style={{
              left: `${((span.from - from) / length) * 100}%`,
              width: `${((span.to - span.from) / length) * 100}%`,
              background: row.between ? undefined : phaseColor(row.phase),
            }}
          />
        ))}
      </div>
      <span role="cell">{formatMilliseconds(row.milliseconds)}</span>
    </div>
  );
}
