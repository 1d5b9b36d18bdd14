/** Rows as their pictures; a video shows its first frame and plays under the pointer. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";
import type { DatasetRow } from "../../../contract/methods.ts";
import { mediaAddress } from "../../connection.ts";
import { Icon } from "../../parts/Icon.tsx";
import { formatCount, formatDuration } from "../../parts/format.ts";
import { useRowRange, type RowsView } from "./rows-state.ts";
import styles from "./MediaGrid.module.css";

const TILE_WIDTH_PX = 208;
const TILE_HEIGHT_PX = 196;
const EDGE_PX = 24;
const GAP_PX = 12;

export function MediaGrid({
  dataset,
  view,
  total,
  onOpen,
}: {
  readonly dataset: string;
  readonly view: RowsView;
  readonly total: number;
  readonly onOpen: (row: number) => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(entry!.contentRect.width));
    observer.observe(scroller.current!);
    return () => observer.disconnect();
  }, []);
  const columns = Math.max(1, Math.floor((width - 2 * EDGE_PX + GAP_PX) / (TILE_WIDTH_PX + GAP_PX)));
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({
    count: Math.ceil(total / columns),
    getScrollElement: () => scroller.current,
    estimateSize: () => TILE_HEIGHT_PX + GAP_PX,
    overscan: 1,
  });
  const lines = virtual.getVirtualItems();
  const first = (lines[0]?.index ?? 0) * columns;
  const last = Math.min(total - 1, ((lines.at(-1)?.index ?? 0) + 1) * columns - 1);
  const { at } = useRowRange(dataset, view, first, last, true);
  return (
    <div ref={scroller} className={styles["grid"]}>
      <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
        {lines.map(({ index, start }) => (
          <div
            key={index}
            className={styles["line"]}
            style={{ transform: `translateY(${start}px)`, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
          >
            {Array.from({ length: Math.min(columns, total - index * columns) }, (_, column) => {
              const place = index * columns + column;
              return <Tile key={place} row={at(place)} selected={place === view.selected} onOpen={onOpen} />;
            })}
          </div>
        ))}
      </div>
    </div>
  );
}

function Tile({
  row,
  selected,
  onOpen,
}: {
  readonly row: DatasetRow | undefined;
  readonly selected: boolean;
  readonly onOpen: (row: number) => void;
}) {
  if (!row) return <div className={styles["tile"]} />;
  return (
    <button type="button" className={styles["tile"]} data-selected={selected} onClick={() => onOpen(row.row)}>
      <Picture key={row.mediaUrl} row={row} />
      <span className={styles["question"]}>{row.question}</span>
      <span className={styles["facts"]}>
        <span>row {formatCount(row.row)}</span>
        <span>{row.durationSec === null ? row.problemType : formatDuration(row.durationSec)}</span>
      </span>
    </button>
  );
}

/** The medium; when it is not there or the browser cannot show it, a sign of which. */
function Picture({ row }: { readonly row: DatasetRow }) {
  const [failed, setFailed] = useState(false);
  if (row.mediaUrl === null || failed) {
    return (
      <span className={styles["none"]}>
        <Icon name="warning" />
        {row.mediaUrl === null ? "missing" : "cannot be shown"}
      </span>
    );
  }
  const address = mediaAddress(row.mediaUrl);
  if (row.dataType === "image") return <img src={address} alt="" loading="lazy" onError={() => setFailed(true)} />;
  return (
    <video
      src={`${address}#t=0.001`}
      muted
      loop
      playsInline
      preload="metadata"
      onError={() => setFailed(true)}
      onPointerEnter={(event) => void event.currentTarget.play().catch(() => undefined)}
      onPointerLeave={(event) => event.currentTarget.pause()}
    />
  );
}
