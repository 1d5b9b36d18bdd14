/** One update of this run, step by step, each with the curve that shows it: for somebody who has not met the method. */
import { useMemo, useState } from "react";
import type { Panel } from "../../../contract/panels.ts";
import type { RunDetail } from "../../../contract/methods.ts";
import { stageLabel } from "../../explain.ts";
import { Button } from "../../parts/Button.tsx";
import { Segmented } from "../../parts/Segmented.tsx";
import { formatRoute } from "../../state/address.ts";
import { setExplaining } from "../../state/explaining.ts";
import { navigate } from "../../state/route.ts";
import { methodSteps, settingsOf, toldStage } from "./method-steps.ts";
import type { MethodStep } from "./method-steps.ts";
import styles from "./HowItLearns.module.css";

/** More answers are told by their number alone. */
const MOST_DOTS = 40;

type CurvePanel = Extract<Panel, { kind: "curve" }>;

export function HowItLearns({ run, curves }: { readonly run: RunDetail; readonly curves: readonly CurvePanel[] }) {
  const { recipe, preset, config } = run;
  const settings = useMemo(() => settingsOf({ recipe, preset, config }), [recipe, preset, config]);
  const [chosen, setChosen] = useState<string | null>(null);
  if (!settings) return null;
  const stage = chosen ?? toldStage(run, settings);
  const steps = stage === null ? [] : methodSteps(settings, stage);
  if (steps.length === 0) return null;
  const hasAnswers = run.metricNames.includes("reward");
  return (
    <section className={styles["how"]} aria-label="How it learns">
      <header>
        <h3>How one update works</h3>
        {settings.stages.length > 1 && (
          <Segmented
            label="Stage"
            value={stage!}
            onChange={setChosen}
            choices={settings.stages.map(({ name }) => ({ value: name, label: stageLabel(name) }))}
          />
        )}
        <span className={styles["aside"]}>
          <a href={formatRoute({ screen: "recipes", recipe: run.recipe })}>The method, with its formulas</a>
          <Button kind="quiet" icon="close" hint="Hide the explanations" onClick={() => setExplaining(false)} />
        </span>
      </header>
      <ol style={{ gridTemplateColumns: `repeat(${steps.length}, minmax(0, 1fr))` }}>
        {steps.map((step) => (
          <Step key={step.title} step={step} curve={curveOf(step, curves, run.metricNames)} />
        ))}
      </ol>
      <p className={styles["next"]}>
        {hasAnswers ? (
          <>
            Click a point of any curve to read the answers of that update, beside the frames that the model saw.
            <Button
              icon="rollouts"
              onClick={() => navigate({ screen: "rollouts", run: run.id, step: null, pair: null, rollout: null })}
            >
              Read the newest answers
            </Button>
          </>
        ) : (
          "Answers to read come with reinforcement learning; until then the loss is what moves."
        )}
      </p>
    </section>
  );
}

/** The panel that shows a step of the method, if the run has what it draws. */
function curveOf({ metrics }: MethodStep, curves: readonly CurvePanel[], has: readonly string[]): string | null {
  const metric = metrics.find((name) => has.includes(name) && curves.some((curve) => curve.metrics.includes(name)));
  return curves.find((curve) => metric !== undefined && curve.metrics.includes(metric))?.title ?? null;
}

function Step({ step: { title, text, answers }, curve }: { readonly step: MethodStep; readonly curve: string | null }) {
  return (
    <li>
      <h4>{title}</h4>
      {answers && answers.ordered + answers.shuffled <= MOST_DOTS && (
        <span className={styles["dots"]} aria-hidden="true">
          {Array.from({ length: answers.ordered }, (_, index) => (
            <i key={`o${index}`} data-kind="ordered" />
          ))}
          {Array.from({ length: answers.shuffled }, (_, index) => (
            <i key={`s${index}`} data-kind="shuffled" />
          ))}
        </span>
      )}
      <p>{text}</p>
      {curve !== null && (
        <button type="button" className={styles["curve"]} onClick={() => showPanel(curve)}>
          {curve}
        </button>
      )}
    </li>
  );
}

/** Brings a curve into view and makes it stand out for a moment. */
function showPanel(title: string): void {
  const panel = document.querySelector<HTMLElement>(`[data-panel="${CSS.escape(title)}"]`);
  const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  panel?.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  panel?.animate(
    [{ outlineColor: "transparent" }, { outlineColor: "var(--accent)" }, { outlineColor: "transparent" }],
    {
      duration: 1600,
    },
  );
}
