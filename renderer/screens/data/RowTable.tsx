/** Rows by the hundred thousand: those on screen are in the page, and asked for a page at a time. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef } from "react";
import type { DatasetRow } from "../../../contract/methods.ts";
import { formatCount, formatDuration } from "../../parts/format.ts";
import { useRowRange, type RowsView } from "./rows-state.ts";
import styles from "./RowTable.module.css";

const ROW_HEIGHT_PX = 40;

const MEDIA_WORDS: Readonly<Record<DatasetRow["media"], string>> = {
  present: "there",
  missing: "missing",
  decodable: "decoded",
  undecodable: "broken",
};

export function RowTable({
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
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: 12,
  });
  const shown = virtual.getVirtualItems();
  const { at } = useRowRange(dataset, view, shown[0]?.index ?? 0, shown.at(-1)?.index ?? 0, false);
  useEffect(() => {
    if (view.selected >= 0) virtual.scrollToIndex(view.selected, { align: "auto" });
  }, [view.selected, virtual]);
  const { filter, sort } = view;
  useEffect(() => {
    scroller.current?.scrollTo({ top: 0 });
  }, [filter, sort]);
  return (
    <div className={styles["table"]} role="grid" aria-label="Rows" aria-rowcount={total + 1}>
      <div className={styles["head"]} role="row">
        <span role="columnheader">Row</span>
        <span role="columnheader">Question</span>
        <span role="columnheader">Answer</span>
        <span role="columnheader">Type</span>
        <span role="columnheader">Source</span>
        <span role="columnheader">Medium</span>
      </div>
      <div ref={scroller} role="rowgroup" tabIndex={0} className={styles["body"]}>
        <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
          {shown.map(({ index, start }) => (
            <TableRow
              key={index}
              index={index}
              start={start}
              row={at(index)}
              selected={index === view.selected}
              onOpen={onOpen}
            />
          ))}
        </div>
      </div>
    </div>
  );
}

function TableRow({
  index,
  start,
  row,
  selected,
  onOpen,
}: {
  readonly index: number;
  readonly start: number;
  readonly row: DatasetRow | undefined;
  readonly selected: boolean;
  readonly onOpen: (row: number) => void;
}) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={styles["row"]}
      style={{ height: ROW_HEIGHT_PX, transform: `translateY(${start}px)` }}
      onClick={() => row && onOpen(row.row)}
    >
      {row && (
        <>
          <span role="gridcell" className={styles["number"]}>
            {formatCount(row.row)}
          </span>
          <span role="gridcell" title={row.question}>
            {row.question}
          </span>
          <span role="gridcell" title={row.answer} className={styles["answer"]}>
            {row.answer}
          </span>
          <span role="gridcell">{row.problemType}</span>
          <span role="gridcell" title={row.source}>
            {row.source || "–"}
          </span>
          <span role="gridcell" className={styles["medium"]} data-state={row.media} title={row.path}>
            {row.dataType}, {row.durationSec === null ? MEDIA_WORDS[row.media] : formatDuration(row.durationSec)}
            <small>{row.path}</small>
          </span>
        </>
      )}
    </div>
  );
}
