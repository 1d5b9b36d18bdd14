import { useState } from "react";
import type { EventOf } from "../../contract/journal.ts";
import { describeMetric } from "../metrics.ts";
import { Button } from "../parts/Button.tsx";
import { Card } from "../parts/Card.tsx";
import { Chart } from "../parts/Chart.tsx";
import type { ChartMark } from "../parts/Chart.tsx";
import { ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { formatCount, formatPercent, formatValue } from "../parts/format.ts";
import { Modal } from "../parts/Modal.tsx";
import { NoPoints } from "../parts/NoPoints.tsx";
import { saveText } from "../parts/save-text.ts";
import { useVisible } from "../parts/useVisible.ts";
import { useChartFrame } from "../state/chart-frame.ts";
import { useChartSettings } from "../state/chart-settings.ts";
import { curveCsv, useCurve } from "./curve.ts";
import type { Curve, CurvePanelOf } from "./curve.ts";
import styles from "./CurvePanel.module.css";

/** About one a pixel of a chart's width; the service keeps spikes as minimum and maximum of each bucket. */
const MAX_POINTS = 360;
const MAX_POINTS_LARGE = 1000;

export interface CurvePanelProps {
  readonly run: string;
  readonly panel: CurvePanelOf;
  readonly metricNames: readonly string[];
  readonly marks: readonly ChartMark[];
  readonly evaluations: readonly EventOf<"evaluation">[];
  readonly onPick: (step: number) => void;
}

/** A recipe's panel of kind `curve`: one chart with the metrics that the run has of those asked for. */
export function CurvePanel(props: CurvePanelProps) {
  const { run, panel, metricNames, evaluations } = props;
  const [ref, visible] = useVisible<HTMLDivElement>();
  const [log, setLog] = useState(false);
  const [large, setLarge] = useState(false);
  const curve = useCurve(run, panel, metricNames, evaluations, visible ? MAX_POINTS : null);
  return (
    <div ref={ref} className={styles["panel"]} data-panel={panel.title}>
      <Card
        title={panel.title}
        explanation={panel.explanation}
        aside={
          <span className={styles["tools"]}>
            <LogButton log={log} onLog={setLog} />
            <Button icon="enlarge" kind="quiet" hint={`Enlarge ${panel.title}`} onClick={() => setLarge(true)} />
          </span>
        }
      >
        <CurveLegend curve={curve} />
        <CurveBody {...props} curve={curve} isWaiting={curve.loading || !visible} log={log} height={168} />
      </Card>
      {large && <LargeCurve {...props} log={log} onLog={setLog} onClose={() => setLarge(false)} />}
    </div>
  );
}

/** As high as the dialog can show beside its words. */
const largeHeight = (): number => Math.min(480, Math.round(window.innerHeight * 0.42));

/** One chart over the window, with more points, and its numbers as a file. */
function LargeCurve({
  log,
  onLog,
  onClose,
  ...props
}: CurvePanelProps & {
  readonly log: boolean;
  readonly onLog: (log: boolean) => void;
  readonly onClose: () => void;
}) {
  const { run, panel, metricNames, evaluations } = props;
  const curve = useCurve(run, panel, metricNames, evaluations, MAX_POINTS_LARGE);
  const name = panel.title.toLowerCase().replace(/[^a-z0-9]+/g, "-");
  return (
    <Modal title={panel.title} description={panel.explanation} width={1280} onClose={onClose}>
      <div className={styles["large"]}>
        <CurveLegend curve={curve} />
        <CurveBody {...props} curve={curve} isWaiting={curve.loading} log={log} height={largeHeight()} />
        <div className={styles["foot"]}>
          <LogButton log={log} onLog={onLog} />
          <p>
            At most {formatCount(MAX_POINTS_LARGE)} points, with minimum and maximum of each: the run&apos;s export has
            every one.
          </p>
          <Button icon="save" onClick={() => saveText(`${run}-${name}.csv`, curveCsv(curve.lines))}>
            Save as CSV
          </Button>
        </div>
      </div>
    </Modal>
  );
}

function LogButton({ log, onLog }: { readonly log: boolean; readonly onLog: (log: boolean) => void }) {
  return (
    <button
      type="button"
      className={styles["log"]}
      aria-pressed={log}
      onClick={() => onLog(!log)}
      title="Logarithmic axis"
    >
      log
    </button>
  );
}

function CurveBody({
  curve: { lines, dots, unit, error },
  isWaiting,
  marks,
  log,
  height,
  onPick,
}: CurvePanelProps & {
  readonly curve: Curve;
  readonly isWaiting: boolean;
  readonly log: boolean;
  readonly height: number;
}) {
  const smoothing = useChartSettings((settings) => settings.smoothing);
  const { axis, zoom } = useChartFrame();
  if (error) return <ErrorNote error={error} />;
  if (isWaiting) return <Skeleton height={height} />;
  if (lines.every(({ points }) => points.length === 0)) return <NoPoints axis={axis} isZoomed={zoom !== null} />;
  return <Chart {...{ lines, marks, dots, smoothing, log, unit, height, onPick }} />;
}

/** Names, colours and newest values. */
function CurveLegend({ curve: { lines, dots, unit } }: { readonly curve: Curve }) {
  return (
    <ul className={styles["legend"]}>
      {lines.map((line) => {
        const last = line.points.at(-1)?.value;
        return (
          <li key={line.key} title={describeMetric(line.key).explanation}>
            <span style={{ background: line.color }} />
            {line.label}
            <strong title={last === undefined ? undefined : String(last)}>{formatValue(last, unit)}</strong>
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
  );
}
