import styles from "./AccuracyBar.module.css";

/** Accuracy with its interval as a bar from 0 to 100 %; the shuffled one as a second mark. */
export function AccuracyBar({
  accuracy,
  interval: [low, high],
  shuffled,
}: {
  readonly accuracy: number;
  readonly interval: readonly [number, number];
  readonly shuffled: number | null;
}) {
  return (
    <span className={styles["scale"]} aria-hidden="true">
      <span
        className={styles["interval"]}
        style={{ left: `${low * 100}%`, width: `${Math.max(0.5, (high - low) * 100)}%` }}
      />
      {shuffled !== null && <span className={styles["shuffled"]} style={{ left: `${shuffled * 100}%` }} />}
      <span className={styles["value"]} style={{ left: `${accuracy * 100}%` }} />
    </span>
  );
}

/** What the marks of the bars are. */
export function AccuracyLegend() {
  return (
    <ul className={styles["legend"]}>
      <li data-kind="ordered">ordered frames</li>
      <li data-kind="shuffled">shuffled frames</li>
      <li data-kind="interval">95 % interval</li>
    </ul>
  );
}
