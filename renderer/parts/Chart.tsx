/** Curves over steps, time or tokens: smoothed line, raw ghost, min/max band, marks of events, one cursor for all charts. */
import { memo, useMemo, useState } from "react";
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ReferenceDot,
  ReferenceLine,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import type { SeriesPoint } from "../../contract/methods.ts";
import { CanvasChart } from "./CanvasChart.tsx";
import { ChartTooltip } from "./ChartTooltip.tsx";
import { axisTicks, formatTick } from "./axis.ts";
import { placeOfStep, placeTicks, writeFirstTick, writeTick } from "./chart-axis.ts";
import type { ChartAxis } from "./chart-axis.ts";
import { useChartFrame } from "../state/chart-frame.ts";
import { PLOT, ZoomArea } from "./ZoomArea.tsx";
import type { Unit } from "./format.ts";
import { chartRows } from "./smoothing.ts";
import styles from "./Chart.module.css";

export interface ChartLine {
  readonly key: string;
  readonly label: string;
  readonly color: string;
  readonly points: readonly SeriesPoint[];
}
/** A vertical line: checkpoint, evaluation, start of a stage, a knob that was turned, a rule that was broken. */
export interface ChartMark {
  readonly step: number;
  readonly label: string;
  readonly kind: "evaluation" | "checkpoint" | "stage" | "knob" | "alert";
  /** Drawn only beside this metric: what an alert is about. */
  readonly metric?: string;
}
/** A measured point beside the curves, such as an accuracy on held-out items. */
export interface ChartDot {
  readonly step: number;
  readonly value: number;
  readonly color: string;
  readonly label: string;
  /** Drawn small and open: a lesser measurement. */
  readonly minor?: boolean;
}

interface ChartProps {
  readonly lines: readonly ChartLine[];
  readonly marks?: readonly ChartMark[];
  readonly dots?: readonly ChartDot[];
  readonly smoothing: number;
  readonly log?: boolean;
  readonly unit?: Unit | null;
  readonly height?: number;
  /** A click on the chart: the step under the cursor. */
  readonly onPick?: (step: number) => void;
}

interface DrawnProps extends ChartProps {
  readonly axis: ChartAxis;
  readonly first: number;
  readonly last: number;
}

const SHARE_TICKS = [0, 0.25, 0.5, 0.75, 1];
const MARK_LOOKS = {
  evaluation: { stroke: "var(--line-strong)", strokeDasharray: "2 3" },
  checkpoint: { stroke: "var(--text-3)" },
  stage: { stroke: "var(--text-3)" },
  knob: { stroke: "var(--accent)", strokeDasharray: "4 2" },
  alert: { stroke: "var(--warn)", strokeDasharray: "4 2" },
} as const;

/** Until several updates share a point, minimum and maximum are the value itself. */
const hasBand = ({ points }: ChartLine): boolean => points.some(({ min, max }) => max > min);

function DrawnChart({
  lines,
  marks = [],
  dots = [],
  smoothing,
  log = false,
  unit = null,
  height = 168,
  onPick,
  axis,
  first,
  last,
}: DrawnProps) {
  const rows = useMemo(() => chartRows(lines, smoothing, log), [lines, smoothing, log]);
  const asShare = unit === "share" && !log;
  const ticks = useMemo(() => {
    const shown = lines.flatMap((line) => line.points.flatMap(({ min, max }) => [min, max])).filter(Number.isFinite);
    return axisTicks(Math.min(...shown), Math.max(...shown));
  }, [lines]);
  const range: [number, number] = asShare ? [0, 1] : [ticks[0]!, ticks.at(-1)!];
  // Charts share one cursor; the values are written only beside the pointer.
  const [hovered, setHovered] = useState(false);
  // Marks and dots are known by their steps.
  const longest = lines.reduce<ChartLine["points"]>(
    (best, { points }) => (points.length > best.length ? points : best),
    [],
  );
  const located = marks.flatMap((mark) => {
    if (mark.metric !== undefined && !lines.some(({ key }) => key === mark.metric)) return [];
    const x = axis === "step" ? mark.step : placeOfStep(longest, mark.step);
    return x !== null && x > first && x <= last ? [{ ...mark, x }] : [];
  });
  const placedDots = dots.flatMap((dot) => {
    const x = axis === "step" ? dot.step : placeOfStep(longest, dot.step);
    return x !== null && x >= first && x <= last ? [{ ...dot, x }] : [];
  });
  const places = placeTicks(axis, first, last);
  return (
    <div
      className={styles["chart"]}
      style={{ minHeight: height }}
      data-pickable={onPick !== undefined}
      onPointerEnter={() => setHovered(true)}
      onPointerLeave={() => setHovered(false)}
    >
      <ResponsiveContainer width="100%" height="100%">
        <ComposedChart
          data={rows}
          syncId="curves"
          syncMethod="value"
          margin={{ top: PLOT.top, right: PLOT.right, bottom: 0, left: 0 }}
          onClick={(state) => {
            const picked = rows.find(({ x }) => x === Number(state.activeLabel));
            if (picked) onPick?.(picked.step);
          }}
        >
          <CartesianGrid vertical={false} stroke="var(--grid)" />
          <XAxis
            dataKey="x"
            type="number"
            domain={[first, last]}
            ticks={places}
            tickFormatter={(place: number) =>
              (place === places[0] ? writeFirstTick : writeTick)(axis, place, last - first)
            }
            allowDataOverflow
            tickLine={false}
            axisLine={{ stroke: "var(--line-strong)" }}
            tickMargin={6}
            height={PLOT.bottom}
            minTickGap={12}
            interval="preserveStart"
            allowDecimals={false}
          />
          <YAxis
            width={PLOT.left}
            tickLine={false}
            axisLine={false}
            tickFormatter={(value: number) => formatTick(value, unit)}
            scale={log ? "log" : "auto"}
            {...(log ? { domain: ["auto", "auto"] } : { domain: range, ticks: asShare ? SHARE_TICKS : ticks })}
            allowDataOverflow={log}
          />
          {lines.filter(hasBand).map((line) => (
            <Area
              key={`${line.key}:band`}
              dataKey={`${line.key}:band`}
              stroke="none"
              fill={line.color}
              fillOpacity={0.12}
              isAnimationActive={false}
              activeDot={false}
              connectNulls
            />
          ))}
          {smoothing > 0 &&
            lines.map((line) => (
              <Line
                key={`${line.key}:raw`}
                dataKey={`${line.key}:raw`}
                stroke={line.color}
                strokeWidth={1}
                strokeOpacity={0.25}
                dot={false}
                activeDot={false}
                isAnimationActive={false}
                connectNulls
              />
            ))}
          {lines.map((line) => (
            <Line
              key={line.key}
              dataKey={line.key}
              stroke={line.color}
              strokeWidth={1.75}
              dot={line.points.length < 3 ? { r: 2.5, fill: line.color, strokeWidth: 0 } : false}
              activeDot={{ r: 3, strokeWidth: 0 }}
              isAnimationActive={false}
              connectNulls
            />
          ))}
          {located
            .filter((mark) => mark.kind !== "checkpoint")
            .map((mark) => (
              <ReferenceLine
                key={`${mark.kind}-${mark.step}-${mark.label}`}
                x={mark.x}
                {...MARK_LOOKS[mark.kind]}
                label={
                  mark.x === last
                    ? undefined
                    : {
                        value: mark.label,
                        position: mark.x - first > (last - first) * 0.7 ? "insideTopRight" : "insideTopLeft",
                        className: styles["mark"],
                      }
                }
              />
            ))}
          {/* Checkpoints may be many: short strokes at the foot, where no curve is hidden by them. */}
          {!log &&
            located
              .filter((mark) => mark.kind === "checkpoint")
              .map((mark) => (
                <ReferenceLine
                  key={`checkpoint-${mark.step}`}
                  segment={[
                    { x: mark.x, y: range[0] },
                    { x: mark.x, y: range[0] + 0.035 * (range[1] - range[0]) },
                  ]}
                  stroke="var(--text-3)"
                  strokeWidth={1.5}
                />
              ))}
          {placedDots.map((dot) => (
            <ReferenceDot
              key={`${dot.label}-${dot.step}`}
              x={dot.x}
              y={dot.value}
              r={dot.minor ? 2.5 : 4}
              fill={dot.minor ? "var(--surface)" : dot.color}
              stroke={dot.minor ? dot.color : "var(--surface)"}
              strokeWidth={1.5}
            />
          ))}
          <Tooltip
            isAnimationActive={false}
            cursor={{ stroke: "var(--text-3)", strokeWidth: 1 }}
            allowEscapeViewBox={{ x: false, y: true }}
            wrapperStyle={{ zIndex: 10 }}
            content={
              <ChartTooltip
                shown={hovered}
                axis={axis}
                unit={unit}
                lines={lines}
                marks={located}
                pickable={onPick !== undefined}
              />
            }
          />
        </ComposedChart>
      </ResponsiveContainer>
    </div>
  );
}

/** More lines than this cost an SVG too much to be redrawn with every step. */
export const SVG_LINES = 8;

function EitherChart(props: ChartProps) {
  const { axis, zoom, setZoom } = useChartFrame();
  const { lines, smoothing, log = false, unit = null, height = 168, onPick } = props;
  const [begin, end] = extent(lines);
  // Zoomed in, the stretch itself is shown, as far as there are points.
  const first = zoom ? Math.max(zoom.from, begin) : begin;
  const last = Math.max(zoom ? Math.min(zoom.to, end) : end, first + 1);
  return (
    <ZoomArea first={first} last={last} onZoom={setZoom}>
      {lines.length <= SVG_LINES ? (
        <DrawnChart {...props} axis={axis} first={first} last={last} />
      ) : (
        <CanvasChart {...{ lines, smoothing, log, unit, height, onPick, axis, first, last }} />
      )}
    </ZoomArea>
  );
}

function extent(lines: readonly ChartLine[]): [number, number] {
  const ends = lines.flatMap(({ points }) => (points.length > 0 ? [points[0]!.x, points.at(-1)!.x] : []));
  return ends.length > 0 ? [Math.min(...ends), Math.max(...ends)] : [0, 1];
}

/** Redrawn only when its lines, marks or settings change. */
export const Chart = memo(EitherChart);
