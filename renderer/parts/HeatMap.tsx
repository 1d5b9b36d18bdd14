/** A grid of coloured cells on a canvas: as many as a run has groups. Pointer and arrow keys move over it. */
import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { useTheme } from "../state/theme.ts";
import styles from "./HeatMap.module.css";

export interface HeatCell {
  readonly column: number;
  readonly row: number;
  /** A colour token and how strongly it is mixed into the surface, 0 to 1. */
  readonly color: string;
  readonly strength: number;
}

interface HeatMapProps {
  readonly label: string;
  readonly columns: number;
  readonly rows: number;
  readonly cells: readonly HeatCell[];
  /** A few labels beside the rows and under the columns. */
  readonly rowLabel: (row: number) => string;
  readonly columnLabel: (column: number) => string;
  /** Named at the first label. */
  readonly columnUnit: string;
  readonly describe: (cell: number) => ReactNode;
  readonly onPick: (cell: number) => void;
  readonly rowHeight?: number;
}

/** Room for the names of rows; short names take less. */
const WIDEST_GUTTER = 128;
const GUTTER_PER_LETTER = 5.6;
const LEAST_COLUMN = 3;
const WIDEST_COLUMN = 18;
/** Room for a row's name. */
const LABEL_HEIGHT = 13;

function parse(color: string): [number, number, number] {
  const canvas = document.createElement("canvas").getContext("2d")!;
  canvas.fillStyle = color;
  const hex = canvas.fillStyle;
  return [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];
}

const ROUND = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000];

/** Columns with round numbers, at least `every` apart; where there are none, every so many. */
function roundColumns(columns: number, label: (column: number) => string, every: number): number[] {
  const round = ROUND.find((candidate) => candidate >= every) ?? every;
  const found: number[] = [];
  for (let column = 0; column < columns; column++) {
    const isRound = Number(label(column)) % round === 0;
    // The last label needs room to its right.
    if (isRound && column - (found.at(-1) ?? -every) >= every && columns - column > every / 2) found.push(column);
  }
  return found.length > 1 ? found : Array.from({ length: Math.ceil(columns / every) }, (_, index) => index * every);
}

export function HeatMap(props: HeatMapProps) {
  const { label, columns, rows, cells, rowLabel, columnLabel, columnUnit, describe, onPick, rowHeight = 12 } = props;
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const [hovered, setHovered] = useState<number | null>(null);
  const theme = useTheme((state) => state.shown);
  useEffect(() => {
    const element = holder.current!;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const names = Array.from({ length: rows }, (_, row) => rowLabel(row).length);
  const gutter = Math.min(WIDEST_GUTTER, 12 + Math.max(0, ...names) * GUTTER_PER_LETTER);
  const step = Math.max(LEAST_COLUMN, Math.min(WIDEST_COLUMN, (width - gutter) / Math.max(1, columns)));
  const height = rows * rowHeight;
  useEffect(() => {
    const element = canvas.current;
    if (!element || width <= gutter) return;
    const ratio = window.devicePixelRatio || 1;
    element.width = Math.round(columns * step * ratio);
    element.height = Math.round(height * ratio);
    const drawing = element.getContext("2d")!;
    drawing.scale(ratio, ratio);
    const style = getComputedStyle(element);
    const ground = parse(style.getPropertyValue("--sunken"));
    const known = new Map<string, [number, number, number]>();
    const gap = step > 5 ? 1 : 0;
    for (const { column, row, color, strength } of cells) {
      let full = known.get(color);
      if (!full) known.set(color, (full = parse(style.getPropertyValue(color))));
      const mixed = full.map((value, i) => Math.round(ground[i]! + (value - ground[i]!) * strength));
      drawing.fillStyle = `rgb(${mixed.join(",")})`;
      drawing.fillRect(column * step, row * rowHeight, step - gap, rowHeight - (rowHeight > 5 ? 1 : 0));
    }
  }, [cells, columns, step, height, rowHeight, width, gutter, theme]);
  const at = new Map(cells.map(({ column, row }, index) => [row * columns + column, index]));
  const hit = (event: React.PointerEvent) => {
    const box = canvas.current!.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / step);
    const row = Math.floor((event.clientY - box.top) / rowHeight);
    return column >= 0 && column < columns ? (at.get(row * columns + column) ?? null) : null;
  };
  const move = (byColumn: number, byRow: number) => {
    const from = cells[hovered ?? 0];
    if (!from) return;
    if (hovered === null) return setHovered(0);
    for (let n = 1; n <= Math.max(columns, rows); n++) {
      const [column, row] = [from.column + byColumn * n, from.row + byRow * n];
      if (column < 0 || row < 0 || column >= columns || row >= rows) return;
      const next = at.get(row * columns + column);
      if (next !== undefined) return setHovered(next);
    }
  };
  const every = Math.max(1, Math.ceil(LABEL_HEIGHT / rowHeight));
  const labelled = roundColumns(columns, columnLabel, Math.max(1, Math.ceil(48 / step)));
  const cell = hovered === null ? undefined : cells[hovered];
  return (
    <div ref={holder} className={styles["map"]}>
      <div
        className={styles["grid"]}
        role="application"
        tabIndex={0}
        aria-label={label}
        aria-roledescription="heat map"
        onKeyDown={(event) => {
          const by = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
          if (by) {
            event.preventDefault();
            event.stopPropagation();
            move(by[0]!, by[1]!);
          } else if (event.key === "Enter" && hovered !== null) onPick(hovered);
        }}
      >
        <div className={styles["rows"]} style={{ width: gutter, height }} aria-hidden="true">
          {Array.from({ length: Math.ceil(rows / every) }, (_, index) => (
            <span key={index} style={{ top: index * every * rowHeight }}>
              {rowLabel(index * every)}
            </span>
          ))}
        </div>
        <div className={styles["scroll"]}>
          <div style={{ width: columns * step, height, position: "relative" }}>
            <canvas
              ref={canvas}
              style={{ width: columns * step, height }}
              onPointerMove={(event) => setHovered(hit(event))}
              onPointerLeave={() => setHovered(null)}
              onClick={() => hovered !== null && onPick(hovered)}
            />
            {cell && (
              <i
                className={styles["cursor"]}
                style={{ left: cell.column * step, top: cell.row * rowHeight, width: step, height: rowHeight }}
              />
            )}
          </div>
          <div className={styles["columns"]} style={{ width: columns * step }} aria-hidden="true">
            {labelled.map((column, index) => (
              <span key={column} style={{ left: column * step }}>
                {index === 0 && `${columnUnit} `}
                {columnLabel(column)}
              </span>
            ))}
          </div>
        </div>
      </div>
      <p className={styles["words"]} aria-live="polite">
        {hovered !== null && cells[hovered] ? describe(hovered) : "Point at a cell; a click opens the group."}
      </p>
    </div>
  );
}
