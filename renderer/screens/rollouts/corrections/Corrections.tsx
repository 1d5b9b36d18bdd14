import { useMemo, useState } from "react";
import type { CorrectionPoint, RunDetail } from "../../../../contract/methods.ts";
import { Card } from "../../../parts/Card.tsx";
import { Chart } from "../../../parts/Chart.tsx";
import type { ChartLine } from "../../../parts/Chart.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../../../parts/EmptyState.tsx";
import { Segmented } from "../../../parts/Segmented.tsx";
import { formatCount, formatPercent } from "../../../parts/format.ts";
import { useChartSettings } from "../../../state/chart-settings.ts";
import { useService } from "../../../state/queries.ts";
import { navigate } from "../../../state/route.ts";
import { CorrectionExamples } from "./CorrectionExamples.tsx";
import styles from "./Corrections.module.css";

export type CorrectionKind = "any" | "hesitation" | "recheck" | "flip";

const KINDS: readonly { readonly value: CorrectionKind; readonly label: string; readonly hint: string }[] = [
  { value: "any", label: "Any", hint: "At least one of the three" },
  { value: "hesitation", label: "Hesitations", hint: "“wait”, “hmm”, “actually” …" },
  { value: "recheck", label: "Looks again", hint: "“let me check again”, “look again” …" },
  { value: "flip", label: "Flips", hint: "An answer is stated, then another one" },
];
const COUNT: Readonly<Record<CorrectionKind, (point: CorrectionPoint) => number>> = {
  any: ({ any }) => any,
  hesitation: ({ hesitations }) => hesitations,
  recheck: ({ rechecks }) => rechecks,
  flip: ({ flips }) => flips,
};

/** How often the model takes something back while it trains, whether that helps, and the texts behind each point. */
export function Corrections({ run, step }: { readonly run: RunDetail; readonly step: number | null }) {
  const { data, error } = useService("analysis.corrections", { run: run.id });
  const [kind, setKind] = useState<CorrectionKind>("any");
  const smoothing = useChartSettings((settings) => settings.smoothing);
  const rate = useMemo(() => rateLine(data ?? [], kind), [data, kind]);
  const helps = useMemo(() => accuracyLines(data ?? []), [data]);
  if (error && !data) {
    return (
      <div className={styles["view"]}>
        <ErrorNote error={error} />
      </div>
    );
  }
  if (!data) {
    return (
      <div className={styles["view"]}>
        <Skeleton height={220} />
      </div>
    );
  }
  const total = data.reduce((sum, point) => sum + COUNT[kind](point), 0);
  const rollouts = data.reduce((sum, point) => sum + point.rollouts, 0);
  const asked = step ?? null;
  const pick = (picked: number) => {
    const nearest = nearestWith(data, picked, COUNT[kind]);
    navigate(
      { screen: "rollouts", run: run.id, step: nearest, pair: null, rollout: null, view: "corrections" },
      "replace",
    );
  };
  return (
    <div className={styles["view"]}>
      <div className={styles["bar"]}>
        <Segmented label="Kind" value={kind} choices={KINDS} onChange={setKind} />
        <p>
          {formatCount(total)} of {formatCount(rollouts)} trained answers,{" "}
          {formatPercent(total / Math.max(1, rollouts), 2)}. Words are found by rule inside the reasoning: they show
          where to look, not that a thought is real.
        </p>
      </div>
      <div className={styles["charts"]}>
        <Card
          title="Rate over training"
          explanation="Share of a step's answers on ordered frames with such a moment. Click a point to read the answers behind it."
        >
          <div data-panel="corrections">
            <Chart lines={rate} smoothing={smoothing} unit="part" onPick={pick} height={180} />
          </div>
        </Card>
        <Card
          title="Does a second look help?"
          explanation="Share of right answers among those that take something back and among all others, in bins of steps so that each holds enough of them."
        >
          {helps.length === 0 ? (
            <EmptyState compact icon="search" title="Too few answers take something back to compare." />
          ) : (
            <>
              <ul className={styles["legend"]}>
                {helps.map((line) => (
                  <li key={line.key}>
                    <span style={{ background: line.color }} /> {line.label}{" "}
                    <strong>{formatPercent(line.points.at(-1)?.value, 0)}</strong>
                  </li>
                ))}
              </ul>
              <Chart lines={helps} smoothing={0} unit="share" height={156} />
            </>
          )}
        </Card>
      </div>
      <CorrectionExamples key={`${kind} ${asked}`} run={run.id} kind={kind} step={asked} />
    </div>
  );
}

function rateLine(points: readonly CorrectionPoint[], kind: CorrectionKind): ChartLine[] {
  return [
    {
      key: kind,
      label: "Share of answers",
      color: "var(--data-3)",
      points: points.map((point) => {
        const value = COUNT[kind](point) / Math.max(1, point.rollouts);
        return { x: point.step, step: point.step, time: 0, value, min: value, max: value };
      }),
    },
  ];
}

/** Bins of steps with at least this many corrected answers: fewer say nothing. */
const ENOUGH = 8;

/** Accuracy of answers with and without a second look, bin by bin. */
export function accuracyLines(points: readonly CorrectionPoint[]): ChartLine[] {
  const bins: { step: number; any: number; anyCorrect: number; others: number; othersCorrect: number }[] = [];
  let bin = { step: 0, any: 0, anyCorrect: 0, others: 0, othersCorrect: 0 };
  for (const point of points) {
    bin = {
      step: point.step,
      any: bin.any + point.any,
      anyCorrect: bin.anyCorrect + point.anyCorrect,
      others: bin.others + point.rollouts - point.any,
      othersCorrect: bin.othersCorrect + point.othersCorrect,
    };
    if (bin.any >= ENOUGH && bin.others > 0) {
      bins.push(bin);
      bin = { step: 0, any: 0, anyCorrect: 0, others: 0, othersCorrect: 0 };
    }
  }
  const line = (key: string, label: string, color: string, share: (one: (typeof bins)[0]) => number): ChartLine => ({
    key,
    label,
    color,
    points: bins.map((one) => ({
      x: one.step,
      step: one.step,
      time: 0,
      value: share(one),
      min: share(one),
      max: share(one),
    })),
  });
  if (bins.length === 0) return [];
  return [
    line("with", "With a second look", "var(--data-3)", (one) => one.anyCorrect / one.any),
    line("without", "Without", "var(--data-5)", (one) => one.othersCorrect / one.others),
  ];
}

/** The step nearest to a click that has such an answer. */
function nearestWith(
  points: readonly CorrectionPoint[],
  step: number,
  count: (point: CorrectionPoint) => number,
): number {
  const having = points.filter((point) => count(point) > 0);
  return having.reduce(
    (best, point) => (Math.abs(point.step - step) < Math.abs(best - step) ? point.step : best),
    having[0]?.step ?? step,
  );
}
