import { Area, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { Card } from "../../parts/Card.tsx";
import { ChartValues } from "../../parts/ChartValues.tsx";
import type { ChartValue } from "../../parts/ChartValues.tsx";
import { formatPercent } from "../../parts/format.ts";
import type { FrameCurve } from "./matrix.ts";
import styles from "./FrameCurves.module.css";

/** Score over the number of frames, ordered and shuffled, everything else equal. */
export function FrameCurves({ curves }: { readonly curves: readonly FrameCurve[] }) {
  return (
    <div className={styles["grid"]}>
      {curves.map((curve) => (
        <Card
          key={curve.key}
          title={`${curve.model} on ${curve.benchmark}`}
          explanation="Score over the most frames that the model is shown. The band is the 95 % interval on ordered frames. A model that uses time gains with frames in order and not with frames shuffled."
        >
          <p className={styles["legend"]}>
            <i data-line="ordered" /> ordered <i data-line="shuffled" /> shuffled
          </p>
          <div className={styles["chart"]}>
            <ResponsiveContainer width="100%" height="100%">
              <ComposedChart
                data={curve.points.map((point) => ({ ...point, band: [...point.interval] }))}
                margin={{ top: 8, right: 12, bottom: 0, left: 0 }}
              >
                <CartesianGrid vertical={false} stroke="var(--grid)" />
                <XAxis
                  dataKey="frames"
                  type="number"
                  scale="log"
                  domain={["dataMin", "dataMax"]}
                  ticks={curve.points.map(({ frames }) => frames)}
                  tickFormatter={(frames: number) =>
                    frames === curve.points[0]?.frames ? `${frames} frames` : String(frames)
                  }
                  tickLine={false}
                  axisLine={{ stroke: "var(--line-strong)" }}
                  height={22}
                />
                <YAxis
                  width={44}
                  domain={[0, 1]}
                  tickFormatter={(value: number) => `${Math.round(100 * value)} %`}
                  tickLine={false}
                  axisLine={false}
                />
                <Area dataKey="band" stroke="none" fill="var(--ordered)" fillOpacity={0.12} isAnimationActive={false} />
                <Line dataKey="ordered" stroke="var(--ordered)" strokeWidth={1.75} isAnimationActive={false} />
                <Line
                  dataKey="shuffled"
                  stroke="var(--shuffled)"
                  strokeWidth={1.75}
                  isAnimationActive={false}
                  connectNulls
                />
                <Tooltip
                  isAnimationActive={false}
                  content={({ active, payload }) => {
                    const point = (payload?.[0] as { payload?: FrameCurve["points"][number] } | undefined)?.payload;
                    if (!active || point === undefined) return null;
                    return <ChartValues place={`${point.frames} frames`} values={valuesOf(point)} />;
                  }}
                />
              </ComposedChart>
            </ResponsiveContainer>
          </div>
        </Card>
      ))}
    </div>
  );
}

function valuesOf({ ordered, interval, shuffled }: FrameCurve["points"][number]): ChartValue[] {
  const range = `${formatPercent(interval[0])} – ${formatPercent(interval[1])}`;
  return [
    { key: "ordered", color: "var(--ordered)", label: "ordered", value: formatPercent(ordered), notes: [range] },
    ...(shuffled === null
      ? []
      : [{ key: "shuffled", color: "var(--shuffled)", label: "shuffled", value: formatPercent(shuffled) }]),
  ];
}
