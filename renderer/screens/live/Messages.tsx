import type { RunDetail } from "../../../contract/methods.ts";
import { Card } from "../../parts/Card.tsx";
import { EmptyState, ErrorNote } from "../../parts/EmptyState.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { formatCount } from "../../parts/format.ts";
import { useService } from "../../state/queries.ts";
import styles from "./Messages.module.css";

const clock = (time: number) =>
  new Date(time).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** What the run had to say, and which rows or files it could not use. */
export function Messages({ run }: { readonly run: RunDetail }) {
  const notices = useService("notices.list", { run: run.id });
  const errors = useService("errors.list", { run: run.id });
  return (
    <div className={styles["messages"]}>
      {(notices.error ?? errors.error) && <ErrorNote error={(notices.error ?? errors.error)!} />}
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
      <Card title="Messages of the run">
        {(notices.data ?? []).length === 0 ? (
          <EmptyState compact icon="info" title="The run has said nothing so far." />
        ) : (
          <ul className={styles["notices"]}>
            {[...notices.data!].reverse().map((notice) => (
              <li key={`${notice.attempt}-${notice.seq}`} data-level={notice.level}>
                <Icon name={notice.level === "info" ? "info" : "warning"} size={14} />
                <span className={styles["when"]}>{clock(notice.time)}</span>
                <span className={styles["when"]}>step {formatCount(notice.step)}</span>
                <span>{notice.message}</span>
              </li>
            ))}
          </ul>
        )}
      </Card>
    </div>
  );
}
