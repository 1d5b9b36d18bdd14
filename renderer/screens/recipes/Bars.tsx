import type { ReactNode } from "react";
import styles from "./Bars.module.css";

export const signed = (value: number, decimals: number): string =>
  `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(decimals)}`;

/** One bar a place: up from the middle for what is above 0, down for what is below. */
export function Bars({
  values,
  kinds,
  places,
  scale,
  label,
  plain = false,
}: {
  readonly values: readonly number[];
  readonly kinds: readonly ("right" | "wrong" | "plain")[];
  /** What a place is called; default: its number. */
  readonly places?: readonly string[];
  /** The value that fills half of the height. */
  readonly scale: number;
  readonly label: string;
  /** Without a plus sign. */
  readonly plain?: boolean;
}): ReactNode {
  const show = (value: number, decimals: number): string => (plain ? value.toFixed(decimals) : signed(value, decimals));
  const said = values.map((value) => show(value, 2)).join(", ");
  return (
    <div className={styles["bars"]} role="img" aria-label={`${label}: ${said}`}>
      {values.map((value, index) => (
        <div
          key={index}
          className={styles["bar"]}
          title={`${places?.[index] ?? `Answer ${index + 1}`}: ${show(value, 4)}`}
        >
          <i
            data-kind={kinds[index]}
            style={{ height: `${(Math.abs(value) / scale) * 50}%`, [value >= 0 ? "bottom" : "top"]: "50%" }}
          />
          {values.length <= 8 && (
            <b style={value >= 0 ? { top: "calc(50% + 2px)" } : { bottom: "calc(50% + 2px)" }}>{show(value, 2)}</b>
          )}
        </div>
      ))}
    </div>
  );
}
