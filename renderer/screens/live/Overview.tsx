import { useMemo } from "react";
import type { EventOf } from "../../../contract/journal.ts";
import type { RunDetail } from "../../../contract/methods.ts";
import { useActions } from "../../actions.ts";
import { explainRun } from "../../explain.ts";
import { curvesOf, isFed, otherPanelsOf } from "../../panels/defaults.ts";
import { PanelView } from "../../panels/PanelView.tsx";
import { Button } from "../../parts/Button.tsx";
import { EmptyState } from "../../parts/EmptyState.tsx";
import { evenColumns } from "../../parts/even-columns.ts";
import { EvaluationCards } from "../../parts/EvaluationCards.tsx";
import { formatCount, formatDuration, formatLarge } from "../../parts/format.ts";
import { StageTrack } from "../../parts/StageTrack.tsx";
import { TimingBar } from "../../parts/TimingBar.tsx";
import { Explained, setExplaining, useExplaining } from "../../state/explaining.ts";
import { useWidth } from "../../parts/useWidth.ts";
import { useService } from "../../state/queries.ts";
import { navigate } from "../../state/route.ts";
import { useChartMarks } from "./chart-marks.ts";
import { HowItLearns } from "./HowItLearns.tsx";
import styles from "./Overview.module.css";

const NO_STAGES: readonly string[] = [];
const NO_EVALUATIONS: readonly EventOf<"evaluation">[] = [];

/** What happens now, how far it is, what was measured, and the curves that matter. */
export function Overview({ run }: { readonly run: RunDetail }) {
  const evaluations = useService("evaluations.list", { run: run.id }).data ?? NO_EVALUATIONS;
  const marks = useChartMarks(run, evaluations);
  const explanation = explainRun(run);
  const explaining = useExplaining(({ on }) => on);
  useActions([
    {
      id: "explain",
      label: explaining ? "Hide the explanations" : "Explain how this run learns",
      group: "Run",
      keywords: "method help what means T-GRPO",
      shortcut: "e",
      perform: () => setExplaining(!explaining),
    },
  ]);
  const curves = useMemo(
    () => curvesOf(run.recipe, run.metricNames, run.panels),
    [run.recipe, run.metricNames, run.panels],
  );
  const others = useMemo(() => otherPanelsOf(run.recipe, run.panels), [run.recipe, run.panels]);
  const tookSec = run.startedAt === null || run.endedAt === null ? null : (run.endedAt - run.startedAt) / 1000;
  const [grid, width] = useWidth<HTMLDivElement>();
  const columns = evenColumns(curves.length, width);
  const pick = useMemo(
    () => (step: number) => navigate({ screen: "rollouts", run: run.id, step, pair: null, rollout: null }),
    [run.id],
  );
  const how = explaining && <HowItLearns run={run} curves={curves} />;
  return (
    <Explained value={explaining}>
      <div className={styles["overview"]}>
        <section className={styles["now"]}>
          <div className={styles["words"]} aria-live="polite">
            <h2>{explanation.title}</h2>
            <p>{explanation.text}</p>
            {!explaining && (
              <Button
                kind="quiet"
                icon="info"
                shortcut="e"
                hint="What one update does, and what each curve shows"
                onClick={() => setExplaining(true)}
              >
                How it learns
              </Button>
            )}
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
        {run.alive && how}
        <EvaluationCards
          evaluations={evaluations}
          pending={run.alive ? run.stages.map(({ name }) => name) : NO_STAGES}
        />
        {!run.alive && how}
        {curves.length === 0 ? (
          <EmptyState icon="live" title="No step has been finished yet. Curves appear here with the first one." />
        ) : (
          <div
            ref={grid}
            className={styles["curves"]}
            style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
          >
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
    </Explained>
  );
}
