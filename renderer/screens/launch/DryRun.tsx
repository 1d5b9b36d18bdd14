import { useEffect, useRef } from "react";
import { call } from "../../connection.ts";
import { phaseLabel, stageLabel } from "../../explain.ts";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Card.tsx";
import { ErrorNote } from "../../parts/EmptyState.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { formatCount, formatDuration, formatBytes, formatNumber } from "../../parts/format.ts";
import { useService } from "../../state/queries.ts";
import styles from "./DryRun.module.css";

const METRICS = ["loss", "reward", "completions/mean_length", "memory/peak"] as const;

/** A rehearsal of two updates a stage: how it goes, what it took, and what it stumbled over. Its folder goes afterwards. */
export function DryRun({ run: id, onClose }: { readonly run: string; readonly onClose: () => void }) {
  const { data: run, error } = useService("runs.get", { run: id });
  const place = useRef<HTMLDivElement>(null);
  // Its buttons stand above a long form, which may be scrolled away from here.
  useEffect(() => void place.current?.scrollIntoView({ block: "nearest" }), []);
  const problems = useService("errors.list", { run: id }).data ?? [];
  const timeNames = run?.metricNames.filter((name) => name.startsWith("time/")) ?? [];
  const metrics = [...METRICS, ...timeNames];
  const series = useService("series.get", run && run.step > 0 ? { run: id, metrics } : null).data ?? [];
  const ended = run !== undefined && ["completed", "failed", "stopped", "lost"].includes(run.state);
  // Its folder goes when the result was seen, or when the worker ends after nobody looks any more.
  useEffect(() => () => void discard(id), [id]);
  const at = (metric: string, step: number) =>
    series.find((one) => one.metric === metric)?.points.find((point) => point.step === step)?.value ?? null;
  const seconds = (step: number) => timeNames.reduce((sum, name) => sum + (at(name, step) ?? 0), 0) / 1000;
  const failed = run !== undefined && ended && run.state !== "completed";
  return (
    <div ref={place}>
      <Card
        title="Dry run"
        explanation="Two real updates of each stage, without measuring. Nothing of it is kept."
        aside={
          <Button
            icon="close"
            kind="quiet"
            hint={ended ? "Close, and remove the dry run" : "Stop the dry run"}
            onClick={onClose}
          />
        }
      >
        <p className={styles["state"]} data-state={failed ? "bad" : ended ? "good" : "live"} role="status">
          <Icon name={failed ? "warning" : ended ? "check" : "live"} size={14} />
          {error
            ? error.message
            : !run
              ? "Starting …"
              : failed
                ? (run.endReason ?? "The worker ended without a word; the machine's memory may be too small.")
                : ended
                  ? "It works: every stage made its updates."
                  : `${phaseLabel(run)}, step ${run.step} of ${run.totalSteps || "…"}`}
        </p>
        {error && !run && <ErrorNote error={error} />}
        {run && run.step > 0 && (
          <table className={styles["table"]}>
            <thead>
              <tr>
                <th>Step</th>
                <th>Time</th>
                <th>Loss</th>
                <th>Reward</th>
                <th>Answer length</th>
                <th>Peak memory</th>
              </tr>
            </thead>
            <tbody>
              {Array.from({ length: run.step }, (_, index) => index + 1).map((step) => (
                <tr key={step}>
                  <td>
                    {stageOf(run.stages, step)} {step}
                  </td>
                  <td>{formatDuration(seconds(step))}</td>
                  <td>{formatNumber(at("loss", step))}</td>
                  <td>{formatNumber(at("reward", step))}</td>
                  <td>{formatNumber(at("completions/mean_length", step))}</td>
                  <td>{at("memory/peak", step) === null ? "–" : `${formatBytes(at("memory/peak", step)!)}`}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
        {problems.length > 0 && (
          <p className={styles["problems"]}>
            {formatCount(problems.length)} rows or files could not be used; the first: {problems[0]!.place}:{" "}
            {problems[0]!.reason}. {problems[0]!.remedy}
          </p>
        )}
      </Card>
    </div>
  );
}

function stageOf(stages: readonly { readonly name: string; readonly steps: number }[], step: number): string {
  let first = 0;
  for (const { name, steps } of stages) {
    first += steps;
    if (step <= first) return stageLabel(name);
  }
  return "";
}

/** Stops the worker where it still works; the service removes the folder once it has ended. */
async function discard(run: string): Promise<void> {
  await call("launch.discard", { run }).catch(() => undefined);
}
