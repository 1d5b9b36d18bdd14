import type { RunDetail } from "../../../contract/methods.ts";
import { Card } from "../../parts/Card.tsx";
import { EmptyState, ErrorNote } from "../../parts/EmptyState.tsx";
import { useService } from "../../state/queries.ts";
import { Log } from "./Log.tsx";
import styles from "./Messages.module.css";

/** What the run had to say, and which rows or files it could not use. */
export function Messages({ run }: { readonly run: RunDetail }) {
  const errors = useService("errors.list", { run: run.id });
  return (
    <div className={styles["messages"]}>
      {errors.error && <ErrorNote error={errors.error} />}
      <Card
        title="Data that could not be used"
        explanation="The run goes on without these rows. Mend them and the next run uses them."
      >
        {(errors.data ?? []).length === 0 ? (
          <EmptyState compact icon="check" title="Every row and every video could be read." />
        ) : (
          <table className={styles["table"]}>
            <thead>
              <tr>
                <th>File</th>
                <th>Place</th>
                <th>What is wrong</th>
                <th>What to do</th>
              </tr>
            </thead>
            <tbody>
              {errors.data!.map((error) => (
                <tr key={`${error.attempt}-${error.seq}`}>
                  <td className={styles["file"]} title={error.file}>
                    {error.file.split("/").at(-1)}
                  </td>
                  <td>{error.place}</td>
                  <td>{error.reason}</td>
                  <td>{error.remedy}</td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Card>
      <Log run={run} />
    </div>
  );
}
