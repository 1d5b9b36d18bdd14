import type { ReactNode } from "react";
import { formatSigned } from "../../parts/format.ts";
import styles from "./IntervalBar.module.css";

/** A difference with its interval around zero; coloured only where the interval does not cross zero. */
export function IntervalBar({
  value,
  interval: [low, high],
  reach,
  children,
}: {
  readonly value: number;
  readonly interval: readonly [number, number];
  /** Half of the axis: -reach to reach. */
  readonly reach: number;
  readonly children: ReactNode;
}) {
  const at = (point: number) => `${50 + (point / reach) * 48}%`;
  const clear = low > 0 || high < 0;
  const words = `${formatSigned(low * 100)} to ${formatSigned(high * 100)} points`;
  return (
    <span className={styles["holder"]} data-clear={clear} data-sign={Math.sign(value)} title={words}>
      <strong>{children}</strong>
      <span className={styles["axis"]} role="img" aria-label={words}>
        <i className={styles["zero"]} />
        <i className={styles["band"]} style={{ left: at(low), width: `${((high - low) / reach) * 48}%` }} />
        <i className={styles["value"]} style={{ left: at(value) }} />
      </span>
    </span>
  );
}
