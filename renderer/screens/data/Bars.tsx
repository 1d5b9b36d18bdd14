import type { ValueCount } from "../../../contract/methods.ts";
import { formatCount, formatPercent } from "../../parts/format.ts";
import styles from "./Bars.module.css";

/** Counts by value as bars with their numbers, longest first as given. */
export function Bars({
  counts,
  total,
  columns = false,
}: {
  readonly counts: readonly ValueCount[];
  readonly total: number;
  /** In several columns, for long lists. */
  readonly columns?: boolean;
}) {
  const most = Math.max(1, ...counts.map(({ rows }) => rows));
  return (
    <ul className={styles["bars"]} data-columns={columns}>
      {counts.map(({ value, rows }) => (
        <li key={value}>
          <span className={styles["label"]} title={value}>
            {value || "(none)"}
          </span>
          <span className={styles["track"]}>
            <span style={{ width: `${(rows / most) * 100}%` }} />
          </span>
          <span className={styles["number"]}>{formatCount(rows)}</span>
          <span className={styles["share"]}>{total > 0 ? formatPercent(rows / total) : "–"}</span>
        </li>
      ))}
    </ul>
  );
}
