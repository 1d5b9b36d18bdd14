import { useMemo } from "react";
import type { EventOf } from "../../../contract/journal.ts";
import type { RunDetail } from "../../../contract/methods.ts";
import { evaluationLabel, explainRun, stageLabel } from "../../explain.ts";
import { curvesOf, isFed, otherPanelsOf } from "../../panels/defaults.ts";
import { PanelView } from "../../panels/PanelView.tsx";
import type { ChartMark } from "../../parts/Chart.tsx";
import { EmptyState } from "../../parts/EmptyState.tsx";
import { EvaluationCards } from "../../parts/EvaluationCards.tsx";
import { formatCount, formatDuration, formatLarge } from "../../parts/format.ts";
import { StageTrack } from "../../parts/StageTrack.tsx";
import { TimingBar } from "../../parts/TimingBar.tsx";
import { useService } from "../../state/queries.ts";
import { navigate } from "../../state/route.ts";
import styles from "./Overview.module.css";

const NO_STAGES: readonly string[] = [];
const NO_EVALUATIONS: readonly EventOf<"evaluation">[] = [];

/** Marks for all curves: where stages begin, where checkpoints were saved and evaluations made. */
export function useChartMarks(run: RunDetail, evaluations: readonly EventOf<"evaluation">[]): ChartMark[] {
  const starts = run.stages.map((_, index) => run.stages.slice(0, index).reduce((sum, { steps }) => sum + steps, 1));
  const begun = starts.filter((start) => start <= run.step).length;
  return useMemo(() => {
    let start = 1;
    const marks: ChartMark[] = [];
    for (const { name, steps } of run.stages.slice(0, begun)) {
      if (start > 1) marks.push({ step: start, label: stageLabel(name), kind: "stage" });
      start += steps;
    }
    for (const { step, label, split } of evaluations) {
      if (split === "heldout" && step > 0 && !marks.some((mark) => Math.abs(mark.step - step) <= 1)) {
        marks.push({ step, label: evaluationLabel(label), kind: "evaluation" });
      }
    }
    for (const { step } of run.checkpoints) marks.push({ step, label: "Checkpoint", kind: "checkpoint" });
    return marks;
    // Steps that start no new stage change nothing: no chart is drawn again for them.
  }, [run.stages, begun, run.checkpoints, evaluations]);
}

/** What happens now, how far it is, what was measured, and the curves that matter. */
export function Overview({ run }: { readonly run: RunDetail }) {
  const evaluations = useService("evaluations.list", { run: run.id }).data ?? NO_EVALUATIONS;
  const marks = useChartMarks(run, evaluations);
  const explanation = explainRun(run);
  const curves = useMemo(
    () => curvesOf(run.recipe, run.metricNames, run.panels),
    [run.recipe, run.metricNames, run.panels],
  );
  const others = useMemo(() => otherPanelsOf(run.recipe, run.panels), [run.recipe, run.panels]);
  const tookSec = run.startedAt === null || run.endedAt === null ? null : (run.endedAt - run.startedAt) / 1000;
  const pick = useMemo(
    () => (step: number) => navigate({ screen: "rollouts", run: run.id, step, pair: null, rollout: null }),
    [run.id],
  );
  return (
    <div className={styles["overview"]}>
      <section className={styles["now"]}>
        <div className={styles["words"]} aria-live="polite">
          <h2>{explanation.title}</h2>
          <p>{explanation.text}</p>
        </div>
        <dl className={styles["facts"]}>
          <div>
            <dt>Step</dt>
            <dd>
              {formatCount(run.step)} <span>of {formatCount(run.totalSteps)}</span>
            </dd>
          </div>
          <div>
            <dt>{run.alive ? "Time left" : "Took"}</dt>
            <dd>{formatDuration(run.alive ? run.etaSec : tookSec)}</dd>
          </div>
          <div>
            <dt>A step</dt>
            <dd>{formatDuration(run.secondsPerStep)}</dd>
          </div>
          <div>
            <dt>Parameters</dt>
            <dd>{run.model?.parameters ? formatLarge(run.model.parameters) : "–"}</dd>
          </div>
        </dl>
        <div className={styles["stages"]}>
          <StageTrack run={run} />
        </div>
      </section>
      <EvaluationCards evaluations={evaluations} pending={run.alive ? run.stages.map(({ name }) => name) : NO_STAGES} />
      {curves.length === 0 ? (
        <EmptyState icon="live" title="No step has been finished yet. Curves appear here with the first one." />
      ) : (
        <div className={styles["curves"]}>
          {curves.map((panel) => (
            <PanelView
              key={panel.title}
              run={run.id}
              panel={panel}
              metricNames={run.metricNames}
              marks={marks}
              evaluations={evaluations}
              onPick={pick}
            />
          ))}
        </div>
      )}
      {others
        .filter((panel) => isFed(panel, run.metricNames))
        .map((panel) => (
          <PanelView
            key={`${panel.kind} ${panel.title}`}
            run={run.id}
            panel={panel}
            metricNames={run.metricNames}
            marks={marks}
            evaluations={evaluations}
            onPick={pick}
          />
        ))}
      <TimingBar run={run.id} metricNames={run.metricNames} step={run.step} />
    </div>
  );
}
