import { useRef, useState } from "react";
import type { ReactNode } from "react";
import type { ChartZoom } from "./chart-axis.ts";
import styles from "./ZoomArea.module.css";

/** Beside the curves: labels of the vertical axis to the left, a margin to the right; below, the horizontal axis. */
export const PLOT = { left: 52, right: 8, top: 6, bottom: 22 } as const;
/** A shorter move is a click. */
const LEAST_PX = 6;

/** Dragging over a chart chooses a stretch of its axis; a click stays a click. */
export function ZoomArea({
  first,
  last,
  onZoom,
  children,
}: {
  readonly first: number;
  readonly last: number;
  readonly onZoom: ((zoom: ChartZoom) => void) | null;
  readonly children: ReactNode;
}) {
  const area = useRef<HTMLDivElement>(null);
  const begun = useRef<number | null>(null);
  const dragged = useRef(false);
  const [drag, setDrag] = useState<readonly [number, number] | null>(null);
  if (!onZoom) return <div className={styles["area"]}>{children}</div>;
  const inside = (clientX: number) => {
    const box = area.current!.getBoundingClientRect();
    return Math.max(PLOT.left, Math.min(box.width - PLOT.right, clientX - box.left));
  };
  const placeAt = (px: number) => {
    const width = area.current!.clientWidth - PLOT.left - PLOT.right;
    return first + ((px - PLOT.left) / width) * (last - first);
  };
  const end = () => {
    begun.current = null;
    setDrag(null);
  };
  return (
    <div
      ref={area}
      className={styles["area"]}
      data-dragging={drag !== null}
      onPointerDown={(event) => {
        dragged.current = false;
        if (event.button === 0 && last > first) begun.current = inside(event.clientX);
      }}
      onPointerMove={(event) => {
        if (begun.current === null) return;
        const now = inside(event.clientX);
        if (!dragged.current && Math.abs(now - begun.current) < LEAST_PX) return;
        if (!dragged.current) event.currentTarget.setPointerCapture(event.pointerId);
        dragged.current = true;
        setDrag([Math.min(begun.current, now), Math.max(begun.current, now)]);
      }}
      onPointerUp={() => {
        if (drag && drag[1] - drag[0] >= LEAST_PX) onZoom({ from: placeAt(drag[0]), to: placeAt(drag[1]) });
        end();
      }}
      onPointerCancel={end}
      onClickCapture={(event) => {
        if (dragged.current) event.stopPropagation();
        dragged.current = false;
      }}
    >
      {children}
      {drag && (
        <i
          className={styles["drag"]}
          style={{ left: drag[0], width: drag[1] - drag[0], top: PLOT.top, bottom: PLOT.bottom }}
        />
      )}
    </div>
  );
}
