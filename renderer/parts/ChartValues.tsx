/** What every chart says beside the pointer: the place, its values with their colours, and what else is to know there. */
import styles from "./ChartValues.module.css";

export interface ChartValue {
  readonly key: string;
  readonly color: string;
  readonly label: string;
  readonly value: string;
  /** Beside the value: the raw one of a smoothed curve, the range of a bucket. */
  readonly notes?: readonly string[];
}

export function ChartValues({
  place,
  values,
  hints = [],
}: {
  readonly place: string;
  readonly values: readonly ChartValue[];
  readonly hints?: readonly string[];
}) {
  return (
    <div className={styles["values"]}>
      <p className={styles["place"]}>{place}</p>
      {values.map(({ key, color, label, value, notes = [] }) => (
        <p key={key} className={styles["value"]}>
          <i style={{ background: color }} />
          <span>{label}</span>
          <strong>{value}</strong>
          {notes.map((note) => (
            <em key={note}>{note}</em>
          ))}
        </p>
      ))}
      {hints.map((hint) => (
        <p key={hint} className={styles["hint"]}>
          {hint}
        </p>
      ))}
    </div>
  );
}
