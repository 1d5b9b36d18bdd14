/** What runs measured of themselves while they trained, on the questions held out for them: one row a run and policy. */
import { useState } from "react";
import type { JournalledScore } from "../../../contract/methods.ts";
import { evaluationLabel } from "../../explain.ts";
import { AccuracyBar, AccuracyLegend } from "../../parts/AccuracyBar.tsx";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Card.tsx";
import { formatCount, formatPercent } from "../../parts/format.ts";
import { formatRoute } from "../../state/address.ts";
import { byRun } from "./by-run.ts";
import styles from "./WhileTraining.module.css";

/** Runs that are listed at first. */
const FIRST = 6;

export function WhileTraining({ journalled }: { readonly journalled: readonly JournalledScore[] }) {
  const [open, setOpen] = useState(false);
  const runs = byRun(journalled);
  if (runs.length === 0) return null;
  return (
    <Card
      title="Measured while training"
      explanation="Answers to the questions that were held out from each run, as its journal has them: at the start, and at the end of each stage."
      aside={<AccuracyLegend />}
    >
      <table className={styles["table"]}>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">Policy</th>
            <th scope="col" className={styles["number"]}>
              Step
            </th>
            <th scope="col" className={styles["number"]}>
              Accuracy
            </th>
            <th scope="col">From 0 to 100 %</th>
            <th scope="col" className={styles["number"]}>
              Shuffled
            </th>
            <th scope="col" className={styles["number"]}>
              Questions
            </th>
          </tr>
        </thead>
        {(open ? runs : runs.slice(0, FIRST)).map((scores) => (
          <tbody key={scores[0]!.run}>
            {scores.map((score, index) => (
              <tr key={score.label}>
                {index === 0 && (
                  <th scope="rowgroup" rowSpan={scores.length}>
                    <a href={formatRoute({ screen: "live", run: score.run, tab: "overview" })}>{score.runName}</a>
                  </th>
                )}
                <td>{evaluationLabel(score.label)}</td>
                <td className={styles["number"]}>{formatCount(score.step)}</td>
                <td className={styles["number"]}>
                  <strong>{formatPercent(score.accuracy)}</strong>
                </td>
                <td
                  className={styles["bar"]}
                  title={`95 % interval: ${formatPercent(score.interval[0])} to ${formatPercent(score.interval[1])}`}
                >
                  <AccuracyBar accuracy={score.accuracy} interval={score.interval} shuffled={score.accuracyShuffled} />
                </td>
                <td className={styles["number"]}>{formatPercent(score.accuracyShuffled)}</td>
                <td className={styles["number"]}>{formatCount(score.n)}</td>
              </tr>
            ))}
          </tbody>
        ))}
      </table>
      {runs.length > FIRST && (
        <Button kind="quiet" onClick={() => setOpen(!open)}>
          {open ? "Only the newest" : `All ${formatCount(runs.length)} runs`}
        </Button>
      )}
    </Card>
  );
}
