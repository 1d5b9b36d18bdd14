/** Curves on a canvas: for more lines than an SVG can redraw many times a second. Same look, same axes, nearest values on hover. */
import { useEffect, useMemo, useRef, useState } from "react";
import { useTheme } from "../state/theme.ts";
import { axisTicks, formatTick } from "./axis.ts";
import type { ChartLine } from "./Chart.tsx";
import { describePlace, placeTicks, writeFirstTick, writeTick } from "./chart-axis.ts";
import type { ChartAxis } from "./chart-axis.ts";
import { ChartValues } from "./ChartValues.tsx";
import { PLOT } from "./ZoomArea.tsx";
import { formatCount, formatValue } from "./format.ts";
import type { Unit } from "./format.ts";
import { smooth } from "./smoothing.ts";
import styles from "./CanvasChart.module.css";

interface CanvasChartProps {
  readonly lines: readonly ChartLine[];
  readonly smoothing: number;
  readonly log: boolean;
  readonly unit: Unit | null;
  readonly height: number;
  readonly onPick?: ((step: number) => void) | undefined;
  readonly axis: ChartAxis;
  readonly first: number;
  readonly last: number;
}

const { left: LEFT, bottom: BOTTOM, top: TOP, right: RIGHT } = PLOT;
const SHARE_TICKS = [0, 0.25, 0.5, 0.75, 1];
const LISTED = 12;

interface Drawn {
  readonly line: ChartLine;
  readonly places: readonly number[];
  readonly values: readonly (number | null)[];
}

interface Frame {
  readonly first: number;
  readonly last: number;
  readonly ticks: readonly number[];
  readonly x: (place: number) => number;
  readonly y: (value: number) => number;
}

function frameOf(drawn: readonly Drawn[], { first, last, height, log, unit }: CanvasChartProps, width: number): Frame {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { values } of drawn) {
    for (const value of values) {
      if (value === null) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  const ticks = unit === "share" && !log ? SHARE_TICKS : log ? logTicks(low, high) : axisTicks(low, high);
  const scaled = (value: number) => (log ? Math.log10(value) : value);
  const [bottom, top] = [scaled(ticks[0]!), scaled(ticks.at(-1)!)];
  return {
    first,
    last,
    ticks,
    x: (place) => LEFT + ((place - first) / (last - first)) * (width - LEFT - RIGHT),
    y: (value) => height - BOTTOM - ((scaled(value) - bottom) / (top - bottom || 1)) * (height - BOTTOM - TOP),
  };
}

/** Powers of ten around the data. */
function logTicks(low: number, high: number): number[] {
  const from = Math.floor(Math.log10(low));
  const to = Math.max(from + 1, Math.ceil(Math.log10(high)));
  return Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
}

export function CanvasChart(props: CanvasChartProps) {
  const { lines, smoothing, log, unit, height, onPick, axis, first, last } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [hovered, setHovered] = useState<number | null>(null);
  const theme = useTheme((state) => state.shown);
  const drawn = useMemo<Drawn[]>(
    () =>
      lines.map((line) => ({
        line,
        places: line.points.map(({ x }) => x),
        values: smooth(
          line.points.map(({ value }) => (Number.isFinite(value) && (!log || value > 0) ? value : null)),
          smoothing,
        ),
      })),
    [lines, smoothing, log],
  );
  const frame = useMemo(
    () => frameOf(drawn, { lines, smoothing, log, unit, height, axis, first, last }, width),
    [drawn, lines, smoothing, width, height, log, unit, axis, first, last],
  );
  useEffect(() => {
    const element = canvas.current!;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (canvas.current && width > 0) paint(canvas.current, drawn, frame, width, height, unit, axis);
  }, [drawn, frame, width, height, unit, axis, theme]);
  const placeAt = (clientX: number) => {
    const left = clientX - canvas.current!.getBoundingClientRect().left;
    const share = (left - LEFT) / (width - LEFT - RIGHT);
    return share < 0 || share > 1 ? null : frame.first + share * (frame.last - frame.first);
  };
  const read = hovered === null ? [] : valuesAt(drawn, hovered);
  return (
    <div className={styles["chart"]} data-pickable={onPick !== undefined}>
      <canvas
        ref={canvas}
        style={{ height }}
        role="img"
        aria-label={`${lines.length} curves`}
        onPointerMove={(event) => setHovered(placeAt(event.clientX))}
        onPointerLeave={() => setHovered(null)}
        onClick={(event) => {
          const place = placeAt(event.clientX);
          const nearest = place === null ? undefined : valuesAt(drawn, place)[0];
          if (nearest) onPick?.(nearest.step);
        }}
      />
      {hovered !== null && read.length > 0 && (
        <>
          <i className={styles["cursor"]} style={{ left: frame.x(hovered), top: TOP, height: height - TOP - BOTTOM }} />
          <div
            className={styles["values"]}
            style={
              frame.x(hovered) > width / 2 ? { right: width - frame.x(hovered) + 8 } : { left: frame.x(hovered) + 8 }
            }
          >
            <ChartValues
              place={describePlace(axis, hovered) ?? `Step ${formatCount(Math.round(hovered))}`}
              values={read.slice(0, LISTED).map(({ line: { key, color, label }, value }) => ({
                key,
                color,
                label,
                value: formatValue(value, unit, 4),
              }))}
              hints={[
                ...(read.length > LISTED ? [`${read.length - LISTED} more`] : []),
                ...(onPick ? ["Click: rollouts of this step"] : []),
              ]}
            />
          </div>
        </>
      )}
    </div>
  );
}

/** Each line's value at the next place where it has one, the greatest first. */
function valuesAt(drawn: readonly Drawn[], place: number): { line: ChartLine; value: number; step: number }[] {
  return drawn
    .flatMap(({ line, places, values }) => {
      let [low, high] = [0, places.length - 1];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (places[middle]! < place) low = middle + 1;
        else high = middle;
      }
      const value = values[low];
      return value === null || value === undefined ? [] : [{ line, value, step: line.points[low]!.step }];
    })
    .sort((a, b) => b.value - a.value);
}

function paint(
  canvas: HTMLCanvasElement,
  drawn: readonly Drawn[],
  frame: Frame,
  width: number,
  height: number,
  unit: Unit | null,
  axis: ChartAxis,
): void {
  const ratio = window.devicePixelRatio || 1;
  const drawing = canvas.getContext("2d")!;
  const size = [Math.round(width * ratio), Math.round(height * ratio)] as const;
  if (canvas.width !== size[0] || canvas.height !== size[1]) [canvas.width, canvas.height] = size;
  drawing.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawing.clearRect(0, 0, width, height);
  const style = getComputedStyle(canvas);
  const token = (color: string) => {
    const name = /^var\((--[\w-]+)\)$/.exec(color)?.[1];
    return name ? style.getPropertyValue(name) : color;
  };
  drawing.font = `11px ${style.fontFamily}`;
  drawing.fillStyle = token("var(--text-3)");
  drawing.strokeStyle = token("var(--grid)");
  drawing.textBaseline = "middle";
  drawing.textAlign = "right";
  for (const tick of frame.ticks) {
    const y = Math.round(frame.y(tick)) + 0.5;
    drawing.beginPath();
    drawing.moveTo(LEFT, y);
    drawing.lineTo(width - RIGHT, y);
    drawing.stroke();
    drawing.fillText(formatTick(tick, unit), LEFT - 6, y);
  }
  drawing.textBaseline = "alphabetic";
  drawing.textAlign = "center";
  placeTicks(axis, frame.first, frame.last).forEach((tick, index) => {
    const text = (index === 0 ? writeFirstTick : writeTick)(axis, tick, frame.last - frame.first);
    const half = drawing.measureText(text).width / 2;
    drawing.fillText(text, Math.max(half, Math.min(frame.x(tick), width - half)), height - 6);
  });
  drawing.save();
  drawing.beginPath();
  drawing.rect(LEFT, 0, width - LEFT - RIGHT + 1, height - BOTTOM + 1);
  drawing.clip();
  // A pixel wide: anything wider is filled as an outline, which takes a processor several times as long.
  drawing.lineWidth = 1;
  drawing.lineJoin = "bevel";
  for (const { line, places, values } of drawn) {
    drawing.strokeStyle = token(line.color);
    drawing.beginPath();
    let down = false;
    for (let index = 0; index < values.length; index++) {
      const value = values[index];
      if (value === null || value === undefined) continue;
      const x = frame.x(places[index]!);
      const y = frame.y(value);
      if (down) drawing.lineTo(x, y);
      else drawing.moveTo(x, y);
      down = true;
    }
    drawing.stroke();
  }
  drawing.restore();
}
