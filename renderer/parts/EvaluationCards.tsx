import type { EventOf } from "../../contract/journal.ts";
import { evaluationLabel } from "../explain.ts";
import { AccuracyBar, AccuracyLegend } from "./AccuracyBar.tsx";
import { Card } from "./Card.tsx";
import { formatCount, formatNumber, formatPercent, formatSigned } from "./format.ts";
import { TaskTable } from "./TaskTable.tsx";
import styles from "./EvaluationCards.module.css";

type Evaluation = EventOf<"evaluation">;

/** The newest evaluation of each policy on one split, in the order in which they were made. */
export function newestByLabel(evaluations: readonly Evaluation[], split: string): Evaluation[] {
  const byLabel = new Map<string, Evaluation>();
  for (const evaluation of evaluations) if (evaluation.split === split) byLabel.set(evaluation.label, evaluation);
  return [...byLabel.values()];
}

/** The result of the run: each policy on the questions that were held out, with 95 % intervals. */
export function EvaluationCards({
  evaluations,
  pending,
}: {
  readonly evaluations: readonly Evaluation[];
  /** Stages that are still to end and be measured. */
  readonly pending: readonly string[];
}) {
  const heldOut = newestByLabel(evaluations, "heldout");
  const shown = heldOut.length > 0 ? heldOut : newestByLabel(evaluations, "validation");
  if (shown.length === 0) return null;
  const coming = pending.filter((label) => !shown.some((evaluation) => evaluation.label === label));
  const onHeldOut = heldOut.length > 0;
  return (
    <Card
      title={onHeldOut ? "Held-out accuracy" : "Validation accuracy"}
      explanation="Greedy answers to questions whose clips the run never trains on. The band is the 95 % bootstrap interval; the orange mark is the same questions with shuffled frames."
      aside={<AccuracyLegend />}
    >
      <ol
        className={styles["cards"]}
        style={{ gridTemplateColumns: `repeat(${Math.max(3, shown.length + coming.length)}, minmax(0, 1fr))` }}
      >
        {shown.map((evaluation, index) => {
          const before = shown[index - 1];
          return (
            <li key={evaluation.label} data-label={evaluation.label}>
              <p className={styles["name"]}>
                {evaluationLabel(evaluation.label)}
                <span>
                  step {formatCount(evaluation.step)} · {formatCount(evaluation.n)} questions
                </span>
              </p>
              <p className={styles["number"]}>
                {formatPercent(evaluation.accuracy)}
                {before && (
                  <span
                    data-good={evaluation.accuracy >= before.accuracy}
                    title={`Against “${evaluationLabel(before.label)}”`}
                  >
                    {formatSigned((evaluation.accuracy - before.accuracy) * 100)} points
                  </span>
                )}
              </p>
              <AccuracyBar
                accuracy={evaluation.accuracy}
                interval={evaluation.interval}
                shuffled={evaluation.accuracyShuffled}
              />
              <dl>
                <div>
                  <dt>Shuffled</dt>
                  <dd>{formatPercent(evaluation.accuracyShuffled)}</dd>
                </div>
                {typeof evaluation.accuracyQuestionOnly === "number" && (
                  <div title="The same questions without a single frame: what the words alone give away">
                    <dt>No frames</dt>
                    <dd>{formatPercent(evaluation.accuracyQuestionOnly)}</dd>
                  </div>
                )}
                <div title="Questions that cannot be answered without the order of frames: right with ordered and with shuffled frames">
                  <dt>Needs time</dt>
                  <dd>
                    {evaluation.temporal ? (
                      <>
                        <span data-kind="ordered">{formatPercent(evaluation.temporal.ordered, 0)}</span> /{" "}
                        <span data-kind="shuffled">{formatPercent(evaluation.temporal.shuffled, 0)}</span>
                      </>
                    ) : (
                      "–"
                    )}
                  </dd>
                </div>
                <div>
                  <dt>Format</dt>
                  <dd>{formatPercent(evaluation.formatRate, 0)}</dd>
                </div>
                {typeof evaluation.consistency === "number" && (
                  <div title="Answers to which their own reasoning leads, by a rule">
                    <dt>Follows</dt>
                    <dd>{formatPercent(evaluation.consistency, 0)}</dd>
                  </div>
                )}
                <div>
                  <dt>Length</dt>
                  <dd>{formatNumber(evaluation.meanLength)}</dd>
                </div>
              </dl>
            </li>
          );
        })}
        {coming.map((label) => (
          <li key={label} className={styles["coming"]}>
            <p className={styles["name"]}>{evaluationLabel(label)}</p>
            <p className={styles["number"]}>–</p>
            <p>Measured when the stage ends.</p>
          </li>
        ))}
      </ol>
      <TaskTable evaluations={shown} />
    </Card>
  );
}
