import type { ReactNode } from "react";
import type { RunsTable, TableView } from "../../../contract/methods.ts";
import { Button } from "../../parts/Button.tsx";
import { formatCount } from "../../parts/format.ts";
import styles from "./FilterBar.module.css";

const NO_FILTER = { states: [], recipes: [], tags: [], archived: false } satisfies Partial<TableView>;

/** Filters by what the runs have; beside them the menus of the table. */
export function FilterBar({
  table,
  view,
  onChange,
  children,
}: {
  readonly table: RunsTable;
  readonly view: TableView;
  readonly onChange: (change: Partial<TableView>) => void;
  readonly children: ReactNode;
}) {
  const { facets, archived, found } = table;
  const isOn = view.states.length + view.recipes.length + view.tags.length > 0 || view.archived;
  const toggle = (kind: "states" | "recipes" | "tags", value: string) => {
    const chosen = view[kind];
    onChange({ [kind]: chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value] });
  };
  const chips = (kind: "states" | "recipes" | "tags") =>
    facets[kind].map(({ value, runs }) => (
      <button
        key={`${kind}-${value}`}
        type="button"
        className={styles["chip"]}
        aria-pressed={view[kind].includes(value)}
        onClick={() => toggle(kind, value)}
      >
        {value} <span>{formatCount(runs)}</span>
      </button>
    ));
  return (
    <div className={styles["bar"]} role="group" aria-label="Filters">
      <div className={styles["chips"]}>
        {chips("states")}
        {facets.recipes.length > 1 && chips("recipes")}
        {chips("tags")}
        {(archived > 0 || view.archived) && (
          <button
            type="button"
            className={styles["chip"]}
            aria-pressed={view.archived}
            onClick={() => onChange({ archived: !view.archived })}
          >
            archived <span>{formatCount(archived)}</span>
          </button>
        )}
        {isOn && (
          <Button kind="quiet" onClick={() => onChange(NO_FILTER)}>
            Clear
          </Button>
        )}
      </div>
      <span className={styles["count"]}>{formatCount(found)} shown</span>
      {children}
    </div>
  );
}
