import { Popover } from "radix-ui";
import type { RunsPage } from "../../../contract/methods.ts";
import { Button } from "../../parts/Button.tsx";
import { formatCount } from "../../parts/format.ts";
import { CHOICE_COLUMNS, DEFAULT_COLUMNS } from "./columns.tsx";
import styles from "./FilterBar.module.css";

export interface RunFilter {
  readonly states: readonly string[];
  readonly recipes: readonly string[];
  readonly tags: readonly string[];
  readonly archived: boolean;
}

export const NO_FILTER: RunFilter = { states: [], recipes: [], tags: [], archived: false };

/** Filters by what the runs have, and which columns are shown. */
export function FilterBar({
  page,
  filter,
  columns,
  onFilter,
  onColumns,
}: {
  readonly page: RunsPage;
  readonly filter: RunFilter;
  readonly columns: readonly string[];
  readonly onFilter: (filter: RunFilter) => void;
  readonly onColumns: (columns: readonly string[]) => void;
}) {
  const { facets, archived, total } = page;
  const isOn = filter.states.length + filter.recipes.length + filter.tags.length > 0 || filter.archived;
  const toggle = (kind: "states" | "recipes" | "tags", value: string) => {
    const chosen = filter[kind];
    const next = chosen.includes(value) ? chosen.filter((one) => one !== value) : [...chosen, value];
    onFilter({ ...filter, [kind]: next });
  };
  const chips = (kind: "states" | "recipes" | "tags") =>
    facets[kind].map(({ value, runs }) => (
      <button
        key={`${kind}-${value}`}
        type="button"
        className={styles["chip"]}
        aria-pressed={filter[kind].includes(value)}
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
        {(archived > 0 || filter.archived) && (
          <button
            type="button"
            className={styles["chip"]}
            aria-pressed={filter.archived}
            onClick={() => onFilter({ ...filter, archived: !filter.archived })}
          >
            archived <span>{formatCount(archived)}</span>
          </button>
        )}
        {isOn && (
          <Button kind="quiet" onClick={() => onFilter(NO_FILTER)}>
            Clear
          </Button>
        )}
      </div>
      <span className={styles["count"]}>{formatCount(total)} shown</span>
      <Popover.Root>
        <Popover.Trigger className={styles["trigger"]}>Columns</Popover.Trigger>
        <Popover.Portal>
          <Popover.Content className={styles["menu"]} align="end" sideOffset={6} collisionPadding={8}>
            {CHOICE_COLUMNS.map(({ key, title }) => (
              <label key={key}>
                <input
                  type="checkbox"
                  checked={columns.includes(key)}
                  onChange={(event) =>
                    onColumns(event.target.checked ? [...columns, key] : columns.filter((other) => other !== key))
                  }
                />
                {title}
              </label>
            ))}
            <Button kind="quiet" onClick={() => onColumns(DEFAULT_COLUMNS)}>
              Back to the default
            </Button>
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
    </div>
  );
}
