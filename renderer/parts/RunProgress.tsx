import type { RunSummary } from "../../contract/methods.ts";
import { formatCount } from "./format.ts";
import styles from "./RunProgress.module.css";

/** Steps done of all, as numbers and as a thin bar. */
export function RunProgress({ run }: { readonly run: Pick<RunSummary, "step" | "totalSteps" | "state"> }) {
  const share = run.totalSteps > 0 ? Math.min(1, run.step / run.totalSteps) : 0;
  return (
    <span className={styles["progress"]}>
      <span>
        {formatCount(run.step)} <span className={styles["total"]}>/ {formatCount(run.totalSteps)}</span>
      </span>
      <span className={styles["bar"]} data-done={run.state === "completed"}>
        <span style={{ width: `${share * 100}%` }} />
      </span>
    </span>
  );
}
