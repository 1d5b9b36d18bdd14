import type { HistogramBin } from "../../../contract/methods.ts";
import { EmptyState, Skeleton } from "../../parts/EmptyState.tsx";
import { formatCount } from "../../parts/format.ts";
import styles from "./Histogram.module.css";

/** Bins of unequal width, each as wide on screen as the others; the edges stand below. */
export function Histogram({
  bins,
  unit,
  empty,
}: {
  readonly bins: readonly HistogramBin[] | undefined;
  readonly unit: string;
  readonly empty: string;
}) {
  if (!bins) return <Skeleton height={112} />;
  if (bins.length === 0) return <EmptyState compact icon="info" title={empty} />;
  const most = Math.max(...bins.map(({ rows }) => rows));
  return (
    <ol className={styles["bins"]}>
      {bins.map(({ from, to, rows }) => {
        const range =
          to === -1 ? `${formatCount(from)} ${unit} or more` : `${formatCount(from)} to ${formatCount(to)} ${unit}`;
        return (
          <li key={from} title={`${range}: ${formatCount(rows)} rows`}>
            <span className={styles["rows"]}>{rows > 0 ? formatCount(rows) : ""}</span>
            <span className={styles["bar"]} style={{ height: `${(rows / most) * 72}px` }} />
            <span className={styles["edge"]}>{to === -1 ? `${from}+` : from}</span>
          </li>
        );
      })}
    </ol>
  );
}
