import { formatCount, formatValue } from "./format.ts";
import type { Unit } from "./format.ts";
import type { ChartLine, ChartMark } from "./Chart.tsx";
import { describePlace } from "./chart-axis.ts";
import type { ChartAxis } from "./chart-axis.ts";
import styles from "./Chart.module.css";

interface TooltipProps {
  readonly lines: readonly ChartLine[];
  readonly marks: readonly ChartMark[];
  readonly pickable: boolean;
  readonly shown: boolean;
  readonly axis: ChartAxis;
  readonly unit: Unit | null;
  // Filled in by recharts.
  readonly active?: boolean;
  readonly label?: number | string;
  readonly payload?: readonly { readonly payload?: Readonly<Record<string, unknown>> }[];
}

/** Values at the cursor's step, greatest first: smoothed, and the raw one beside it. */
export function ChartTooltip({ lines, marks, pickable, shown, axis, unit, active, label, payload }: TooltipProps) {
  const row = payload?.[0]?.payload;
  if (!shown || !active || !row) return null;
  const format = (value: number) => formatValue(value, unit, 4);
  const values = lines
    .map((line) => ({ line, value: row[line.key], raw: row[`${line.key}:raw`], band: row[`${line.key}:band`] }))
    .filter((entry): entry is typeof entry & { value: number } => typeof entry.value === "number")
    .sort((a, b) => b.value - a.value);
  const step = Number(row["step"]);
  const here = marks.filter((mark) => mark.step === step);
  const place = describePlace(axis, Number(label));
  return (
    <div className={styles["tooltip"]}>
      <p className={styles["step"]}>
        Step {formatCount(step)}
        {place && ` · ${place}`}
      </p>
      {values.map(({ line, value, raw, band }) => (
        <p key={line.key} className={styles["value"]}>
          <span className={styles["swatch"]} style={{ background: line.color }} />
          <span>{line.label}</span>
          <strong>{format(value)}</strong>
          {typeof raw === "number" && raw !== value && <em>raw {format(raw)}</em>}
          {Array.isArray(band) && band[0] !== band[1] && (
            <em>
              {format(band[0] as number)} … {format(band[1] as number)}
            </em>
          )}
        </p>
      ))}
      {here.map((mark) => (
        <p key={mark.kind + mark.label} className={styles["hint"]}>
          {mark.kind === "checkpoint" ? "Checkpoint" : mark.label}
        </p>
      ))}
      {pickable && <p className={styles["hint"]}>Click: rollouts of this step</p>}
    </div>
  );
}
