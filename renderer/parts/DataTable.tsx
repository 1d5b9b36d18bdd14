/** Rows by the ten thousand: only those on screen are in the page. A grid for screen readers and the keyboard. */
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useRef } from "react";
import type { ReactNode } from "react";
import { Icon } from "./Icon.tsx";
import styles from "./DataTable.module.css";

export interface Column<Item> {
  readonly key: string;
  readonly title: string;
  readonly hint?: string;
  /** What the heading shows instead of the title. */
  readonly heading?: ReactNode;
  /** A CSS grid track, such as `96px` or `minmax(180px, 2fr)`. */
  readonly width: string;
  readonly align?: "right";
  readonly cell: (item: Item) => ReactNode;
  /** Sorting rows that are all here, by `sortRows`; null sorts last. */
  readonly sortBy?: (item: Item) => number | string | null;
  /** Somebody else sorts by this column, such as the service. */
  readonly sortable?: boolean;
}
export interface Sorting {
  readonly key: string;
  readonly descending: boolean;
}

const ROW_HEIGHT_PX = 48;

export function DataTable<Item>({
  label,
  rows,
  columns,
  selected,
  sorting,
  onSort,
  onOpen,
  onRange,
}: {
  readonly label: string;
  /** A row that is not there yet is undefined. */
  readonly rows: readonly (Item | undefined)[];
  readonly columns: readonly Column<Item>[];
  readonly selected: number;
  readonly sorting: Sorting;
  readonly onSort: (sorting: Sorting) => void;
  readonly onOpen: (item: Item) => void;
  /** First and last row in sight, for tables that are read page by page. */
  readonly onRange?: (first: number, last: number) => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: 8,
  });
  useEffect(() => {
    if (selected >= 0) virtual.scrollToIndex(selected, { align: "auto" });
  }, [selected, virtual]);
  const items = virtual.getVirtualItems();
  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? 0];
  useEffect(() => onRange?.(first, last), [first, last, onRange]);
  const template = columns.map((column) => column.width).join(" ");
  const minWidth = leastWidth(columns.map(({ width }) => width));
  return (
    <div className={styles["table"]} role="grid" aria-label={label} aria-rowcount={rows.length + 1}>
      <div className={styles["wide"]} style={{ minWidth }}>
        <div className={styles["head"]} role="row" style={{ gridTemplateColumns: template }}>
          {columns.map((column) => {
            const active = sorting.key === column.key;
            return (
              <div
                key={column.key}
                role="columnheader"
                data-align={column.align}
                aria-sort={active ? (sorting.descending ? "descending" : "ascending") : undefined}
              >
                {column.sortable || column.sortBy ? (
                  <button
                    type="button"
                    title={column.hint}
                    onClick={() => onSort({ key: column.key, descending: active ? !sorting.descending : true })}
                  >
                    {column.title}
                    <span className={styles["arrow"]} data-active={active} data-descending={sorting.descending}>
                      <Icon name="chevron" size={12} />
                    </span>
                  </button>
                ) : (
                  <span title={column.hint}>{column.heading ?? column.title}</span>
                )}
              </div>
            );
          })}
        </div>
        <div
          ref={scroller}
          role="rowgroup"
          tabIndex={0}
          className={styles["body"]}
          onClick={({ target }) => {
            const row = (target as HTMLElement).closest<HTMLElement>("[data-row]");
            const item = row ? rows[Number(row.dataset["row"])] : undefined;
            if (item !== undefined) onOpen(item);
          }}
        >
          <div style={{ height: virtual.getTotalSize(), position: "relative" }}>
            {/* By place and not by item: another order changes texts, where rows would be made anew. */}
            {items.map(({ index, start }) => (
              <Row
                key={index}
                index={index}
                item={rows[index]}
                columns={columns}
                start={start}
                template={template}
                selected={index === selected}
              />
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

interface RowProps<Item> {
  readonly index: number;
  readonly item: Item | undefined;
  readonly columns: readonly Column<Item>[];
  readonly start: number;
  readonly template: string;
  readonly selected: boolean;
}

/** A row that is not there yet is an empty one. */
function DrawnRow<Item>({ index, item, columns, start, template, selected }: RowProps<Item>) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={item === undefined ? undefined : selected}
      data-row={index}
      className={styles["row"]}
      style={{ gridTemplateColumns: template, height: ROW_HEIGHT_PX, transform: `translateY(${start}px)` }}
    >
      {item !== undefined &&
        columns.map((column) => (
          <div key={column.key} role="gridcell" data-align={column.align}>
            {column.cell(item)}
          </div>
        ))}
    </div>
  );
}

/** Drawn again only for another item or other columns. */
const Row = memo(DrawnRow) as typeof DrawnRow;

/** Rows in the order that a column header asks for; what has no value comes last either way. */
export function sortRows<Item>(rows: readonly Item[], columns: readonly Column<Item>[], sorting: Sorting): Item[] {
  const by = columns.find((column) => column.key === sorting.key)?.sortBy;
  if (!by) return [...rows];
  const direction = sorting.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const left = by(a);
    const right = by(b);
    if (left === null || right === null) return left === right ? 0 : left === null ? 1 : -1;
    return left < right ? -direction : left > right ? direction : 0;
  });
}

const GAP_PX = 12;
const EDGE_PX = 24;

/** Below this the table scrolls sideways: more columns than the window holds must not push it apart. */
function leastWidth(widths: readonly string[]): number {
  const least = widths.reduce((sum, width) => sum + Number(/\d+/.exec(width)?.[0] ?? 0), 0);
  return least + GAP_PX * (widths.length - 1) + 2 * EDGE_PX;
}
