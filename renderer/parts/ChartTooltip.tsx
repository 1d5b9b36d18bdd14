import { formatCount, formatValue } from "./format.ts";
import type { Unit } from "./format.ts";
import type { ChartLine, ChartMark } from "./Chart.tsx";
import { describePlace } from "./chart-axis.ts";
import type { ChartAxis } from "./chart-axis.ts";
import { ChartValues } from "./ChartValues.tsx";

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
    .sort((a, b) => b.value - a.value)
    .map(({ line: { key, color, label: name }, value, raw, band }) => ({
      key,
      color,
      label: name,
      value: format(value),
      notes: [
        ...(typeof raw === "number" && raw !== value ? [`raw ${format(raw)}`] : []),
        ...(Array.isArray(band) && band[0] !== band[1]
          ? [`${format(band[0] as number)} … ${format(band[1] as number)}`]
          : []),
      ],
    }));
  const step = Number(row["step"]);
  const here = marks.filter((mark) => mark.step === step).map((mark) => mark.label);
  const place = describePlace(axis, Number(label));
  return (
    <ChartValues
      place={`Step ${formatCount(step)}${place ? ` · ${place}` : ""}`}
      values={values}
      hints={[...new Set(here), ...(pickable ? ["Click: rollouts of this step"] : [])]}
    />
  );
}
