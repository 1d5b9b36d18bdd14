import type { EventOf } from "../../contract/journal.ts";
import { evaluationLabel } from "../explain.ts";
import { formatCount, formatPercent } from "./format.ts";
import styles from "./TaskTable.module.css";

type Evaluation = EventOf<"evaluation">;

/** Accuracy of each measured policy by task (or level, where a data set has such), to be unfolded. */
export function TaskTable({ evaluations }: { readonly evaluations: readonly Evaluation[] }) {
  const tasks = [...new Set(evaluations.flatMap(({ byTask }) => Object.keys(byTask)))].sort();
  if (tasks.length < 2) return null;
  return (
    <details className={styles["tasks"]} data-tasks="">
      <summary>By task</summary>
      <div className={styles["scroll"]}>
        <table>
          <thead>
            <tr>
              <th scope="col">Task</th>
              <th scope="col">Questions</th>
              {evaluations.map(({ label }) => (
                <th key={label} scope="col">
                  {evaluationLabel(label)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {tasks.map((task) => (
              <tr key={task}>
                <th scope="row">{task}</th>
                <td>{formatCount(evaluations.find(({ byTask }) => byTask[task])!.byTask[task]!.n)}</td>
                {evaluations.map(({ label, byTask }) => (
                  <td key={label}>{byTask[task] ? formatPercent(byTask[task].accuracy) : "–"}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
