import { useEffect, useRef, useState } from "react";
import type { DatasetDetail, DatasetFilter } from "../../../contract/methods.ts";
import { useActions } from "../../actions.ts";
import { Button } from "../../parts/Button.tsx";
import { EmptyState, ErrorNote } from "../../parts/EmptyState.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { Segmented } from "../../parts/Segmented.tsx";
import { formatCount } from "../../parts/format.ts";
import { navigate } from "../../state/route.ts";
import { MediaGrid } from "./MediaGrid.tsx";
import { RowTable } from "./RowTable.tsx";
import { dataChanged } from "./progress.ts";
import { useRowRange, useRowsView, type RowSort } from "./rows-state.ts";
import styles from "./Rows.module.css";

const TYPING_PAUSE_MS = 200;

/** All rows under filters, as a table or as a grid of pictures. */
export function Rows({ detail }: { readonly detail: DatasetDetail }) {
  const [view, change] = useRowsView(detail.id);
  const [text, setText] = useState(view.filter.text ?? "");
  const search = useRef<HTMLInputElement>(null);
  const filterBy = (next: Partial<DatasetFilter>) => {
    const filter = Object.fromEntries(
      Object.entries({ ...view.filter, ...next }).filter(([, value]) => value !== undefined),
    );
    change({ filter, selected: -1 });
  };
  useEffect(() => {
    const typed = text.trim() === "" ? undefined : text;
    if (typed === view.filter.text) return;
    const timer = setTimeout(() => filterBy({ text: typed }), TYPING_PAUSE_MS);
    return () => clearTimeout(timer);
  });
  const { total, error, at } = useRowRange(
    detail.id,
    view,
    Math.max(0, view.selected),
    Math.max(0, view.selected),
    false,
  );
  const open = (row: number) => navigate({ screen: "data", dataset: detail.id, tab: "rows", row });
  const move = (by: number) => change({ selected: Math.max(0, Math.min((total ?? 1) - 1, view.selected + by)) });
  const openSelected = () => {
    const row = at(view.selected);
    if (row) open(row.row);
  };
  useActions([
    { id: "filter", label: "Search rows", group: "Data", shortcut: "/", perform: () => search.current?.focus() },
    { id: "next-row", label: "Next", group: "Data", shortcut: "j or ArrowDown", hidden: true, perform: () => move(1) },
    {
      id: "previous-row",
      label: "Previous",
      group: "Data",
      shortcut: "k or ArrowUp",
      hidden: true,
      perform: () => move(-1),
    },
    {
      id: "open-row",
      label: "Open the selected row",
      group: "Data",
      shortcut: "Enter or o",
      hidden: true,
      enabled: view.selected >= 0,
      perform: openSelected,
    },
    {
      id: "rows-look",
      label: view.look === "table" ? "Show rows as a grid" : "Show rows as a table",
      group: "Data",
      shortcut: "v",
      perform: () => change({ look: view.look === "table" ? "grid" : "table" }),
    },
  ]);
  const { filter } = view;
  const isFiltered = Object.keys(filter).length > 0;
  return (
    <div className={styles["rows"]}>
      <div className={styles["filters"]}>
        <label className={styles["search"]}>
          <Icon name="search" size={14} />
          <input
            ref={search}
            aria-label="Search rows"
            placeholder="Words of question, answer or path"
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
          />
        </label>
        <Choice
          label="Problem type"
          any="Any type"
          value={filter.problemTypes?.[0]}
          choices={detail.report.problemTypes.map(({ value, rows }) => [value, `${value} (${formatCount(rows)})`])}
          onChange={(value) => filterBy({ problemTypes: value === undefined ? undefined : [value] })}
        />
        <Choice
          label="Medium"
          any="Images and videos"
          value={filter.dataType}
          choices={[
            ["image", `Images (${formatCount(detail.images)})`],
            ["video", `Videos (${formatCount(detail.videos)})`],
          ]}
          onChange={(value) => filterBy({ dataType: value as DatasetFilter["dataType"] })}
        />
        <Choice
          label="Source"
          any="Any source"
          value={filter.sources?.[0]}
          choices={detail.report.sources.map(({ value, rows }) => [
            value,
            `${value || "(none)"} (${formatCount(rows)})`,
          ])}
          onChange={(value) => filterBy({ sources: value === undefined ? undefined : [value] })}
        />
        <Choice
          label="State of the medium"
          any="Any medium"
          value={filter.media}
          choices={[
            ["missing", "Missing"],
            ["undecodable", "Cannot be decoded"],
            ["decodable", "Decoded well"],
            ["present", "There, not tried"],
          ]}
          onChange={(value) => filterBy({ media: value as DatasetFilter["media"] })}
        />
        <Choice
          label="Duplicates"
          any="Duplicates too"
          value={filter.duplicates}
          choices={[
            ["rows", "Only repeated rows"],
            ["media", "Only repeated media"],
          ]}
          onChange={(value) => filterBy({ duplicates: value as DatasetFilter["duplicates"] })}
        />
        <Choice
          label="Order"
          any="As in the file"
          value={view.sort === "row" ? undefined : view.sort}
          choices={[
            ["longest answer", "Longest answer first"],
            ["longest video", "Longest video first"],
          ]}
          onChange={(value) => change({ sort: (value ?? "row") as RowSort, selected: -1 })}
        />
        <span className={styles["total"]} role="status">
          {total === undefined ? "" : `${formatCount(total)} ${total === 1 ? "row" : "rows"}`}
        </span>
        <Segmented
          label="Look"
          value={view.look}
          choices={[
            { value: "table", label: "Table" },
            { value: "grid", label: "Grid" },
          ]}
          onChange={(look) => change({ look })}
        />
      </div>
      {error && total === undefined ? (
        <ErrorNote error={error} onRetry={dataChanged} />
      ) : total === 0 ? (
        <EmptyState icon="search" title={isFiltered ? "No row is like that." : "No row of the file can be used."}>
          {isFiltered && (
            <Button
              onClick={() => {
                setText("");
                change({ filter: {} });
              }}
            >
              Show all rows
            </Button>
          )}
        </EmptyState>
      ) : view.look === "table" ? (
        <RowTable dataset={detail.id} view={view} total={total ?? 0} onOpen={open} />
      ) : (
        <MediaGrid dataset={detail.id} view={view} total={total ?? 0} onOpen={open} />
      )}
    </div>
  );
}

function Choice({
  label,
  any,
  value,
  choices,
  onChange,
}: {
  readonly label: string;
  /** The first choice: no filter. */
  readonly any: string;
  readonly value: string | undefined;
  readonly choices: readonly (readonly [value: string, label: string])[];
  readonly onChange: (value: string | undefined) => void;
}) {
  const chosen = choices.findIndex(([choice]) => choice === value);
  return (
    <select
      aria-label={label}
      value={chosen}
      data-active={chosen >= 0}
      onChange={(event) => onChange(choices[Number(event.target.value)]?.[0])}
    >
      <option value={-1}>{any}</option>
      {choices.map(([choice, text], index) => (
        <option key={choice} value={index}>
          {text}
        </option>
      ))}
    </select>
  );
}
