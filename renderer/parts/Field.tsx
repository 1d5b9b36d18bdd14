import type { ReactNode } from "react";
import styles from "./Field.module.css";

/** A labelled control of a form with its explanation below. */
export function Field({
  label,
  note,
  children,
}: {
  readonly label: string;
  readonly note?: string;
  readonly children: ReactNode;
}) {
  return (
    <label className={styles["field"]}>
      <span>{label}</span>
      {children}
      {note && <small>{note}</small>}
    </label>
  );
}
