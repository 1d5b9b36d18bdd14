import type { JobProgress } from "../../../contract/methods.ts";
import { formatCount, formatPercent } from "../../parts/format.ts";
import styles from "./ProgressLine.module.css";

/** What a job is doing and how far it is; without a total only what. */
export function ProgressLine({ progress }: { readonly progress: JobProgress }) {
  const { phase, done, total } = progress;
  const share = total > 0 ? done / total : null;
  const counts = phase === "reading rows" ? formatPercent(share, 0) : `${formatCount(done)} of ${formatCount(total)}`;
  return (
    <span className={styles["progress"]} title={phase}>
      <span
        className={styles["track"]}
        role="progressbar"
        aria-label={phase}
        aria-valuemin={0}
        aria-valuemax={100}
        {...(share === null ? {} : { "aria-valuenow": Math.round(share * 100) })}
      >
        <span style={{ width: `${(share ?? 0) * 100}%` }} />
      </span>
      <span className={styles["words"]}>
        {phase}
        {share !== null && ` · ${counts}`}
      </span>
    </span>
  );
}
