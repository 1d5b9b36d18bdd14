import type { RunDetail } from "../../contract/methods.ts";
import { stageLabel } from "../explain.ts";
import { formatCount } from "./format.ts";
import styles from "./StageTrack.module.css";

/** The run's stages in order, each as long as its steps, filled as far as it went. */
export function StageTrack({ run }: { readonly run: RunDetail }) {
  const ends = run.stages.map((_, index) =>
    run.stages.slice(0, index + 1).reduce((sum, stage) => sum + stage.steps, 0),
  );
  return (
    <ol className={styles["track"]} aria-label="Stages">
      {run.stages.map((stage, index) => {
        const begin = (ends[index] ?? 0) - stage.steps;
        const done = Math.max(0, Math.min(stage.steps, run.step - begin));
        const current = run.stage === stage.name && run.state !== "completed";
        return (
          <li
            key={`${stage.name}-${index}`}
            style={{ flexGrow: Math.max(stage.steps, run.totalSteps / 8) }}
            aria-current={current ? "step" : undefined}
          >
            <span className={styles["bar"]}>
              <span style={{ width: `${stage.steps > 0 ? (done / stage.steps) * 100 : 0}%` }} />
            </span>
            <span className={styles["label"]}>
              {stageLabel(stage.name)}
              <em>
                {formatCount(done)} / {formatCount(stage.steps)}
              </em>
            </span>
          </li>
        );
      })}
    </ol>
  );
}
