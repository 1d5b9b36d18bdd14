import { useMemo, useRef, useState } from "react";
import type { RunSummary } from "../../contract/methods.ts";
import { useActions } from "../actions.ts";
import { call } from "../connection.ts";
import { Button } from "../parts/Button.tsx";
import { DataTable } from "../parts/DataTable.tsx";
import type { Column, Sorting } from "../parts/DataTable.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { Icon } from "../parts/Icon.tsx";
import { Page } from "../parts/Page.tsx";
import { MOST_COMPARED } from "../state/address.ts";
import { invalidate } from "../state/queries.ts";
import { navigate } from "../state/route.ts";
import { CHOICE_COLUMNS, DEFAULT_COLUMNS, FIXED_COLUMNS } from "./runs/columns.tsx";
import { EditRun } from "./runs/EditRun.tsx";
import { FilterBar, NO_FILTER, type RunFilter } from "./runs/FilterBar.tsx";
import { usePages } from "./runs/usePages.ts";
import styles from "./Runs.module.css";

const COLUMNS_KEY = "secondlook.runs.columns";

function storedColumns(): readonly string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(COLUMNS_KEY) ?? "null");
    return Array.isArray(stored) ? stored.map(String) : DEFAULT_COLUMNS;
  } catch {
    return DEFAULT_COLUMNS;
  }
}

const openRun = (run: RunSummary) => navigate({ screen: "live", run: run.id, tab: "overview" });
const launch = () => navigate({ screen: "launch" });

/** All runs of this data folder, newest first, read page by page. */
export function Runs() {
  const [text, setText] = useState("");
  const [filter, setFilter] = useState<RunFilter>(NO_FILTER);
  const [sorting, setSorting] = useState<Sorting>({ key: "created", descending: true });
  const [selected, setSelected] = useState(-1);
  const [marked, setMarked] = useState<readonly RunSummary[]>([]);
  const [editing, setEditing] = useState<RunSummary | null>(null);
  const [chosen, setChosen] = useState(storedColumns);
  const [failure, setError] = useState<Error | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const { states, recipes, tags, archived } = filter;
  const question = { text, states: [...states], recipes: [...recipes], tags: [...tags], archived };
  const { rows, page, error, onRange } = usePages({ ...question, sort: sorting.key, descending: sorting.descending });
  const toggle = (run: RunSummary) =>
    setMarked((runs) =>
      runs.some(({ id }) => id === run.id) ? runs.filter(({ id }) => id !== run.id) : [...runs, run],
    );
  const columns = useMemo(() => {
    const mark: Column<RunSummary> = {
      key: "mark",
      title: "",
      width: "20px",
      cell: (run) => (
        <input
          type="checkbox"
          className={styles["mark"]}
          aria-label={`Mark ${run.name}`}
          checked={marked.some(({ id }) => id === run.id)}
          onClick={(event) => event.stopPropagation()}
          onChange={() => toggle(run)}
        />
      ),
    };
    return [mark, ...FIXED_COLUMNS, ...CHOICE_COLUMNS.filter(({ key }) => chosen.includes(key))];
  }, [marked, chosen]);
  const choose = (next: readonly string[]) => {
    localStorage.setItem(COLUMNS_KEY, JSON.stringify(next));
    setChosen(next);
  };
  const archive = (value: boolean) => {
    setError(null);
    call("runs.mark", { runs: marked.map(({ id }) => id), archived: value }).then(() => setMarked([]), setError);
  };
  const compare = () => navigate({ screen: "compare", runs: marked.slice(0, MOST_COMPARED).map(({ id }) => id) });
  const move = (by: number) => setSelected((index) => Math.max(0, Math.min(rows.length - 1, index + by)));
  const current = rows[selected];
  const canCompare = marked.length >= 2 && marked.length <= MOST_COMPARED;
  const row = { group: "Runs", hidden: true } as const;
  useActions([
    { id: "filter", label: "Filter runs", group: "Runs", shortcut: "/", perform: () => search.current?.focus() },
    { ...row, id: "next-row", label: "Next run", shortcut: "j or ArrowDown", perform: () => move(1) },
    { ...row, id: "previous-row", label: "Previous run", shortcut: "k or ArrowUp", perform: () => move(-1) },
    {
      ...row,
      id: "open-row",
      label: "Open the selected run",
      shortcut: "Enter or o",
      enabled: current !== undefined,
      perform: () => current && openRun(current),
    },
    {
      ...row,
      id: "mark-row",
      label: "Mark the selected run",
      shortcut: "x",
      enabled: current !== undefined,
      perform: () => current && toggle(current),
    },
    {
      ...row,
      id: "edit-row",
      label: "Name, tags and note of the selected run",
      shortcut: "m",
      enabled: current !== undefined,
      perform: () => current && setEditing(current),
    },
    { id: "compare-marked", label: "Compare the marked runs", group: "Runs", enabled: canCompare, perform: compare },
    {
      id: "archive-marked",
      label: archived ? "Take the marked runs out of the archive" : "Archive the marked runs",
      group: "Runs",
      enabled: marked.length > 0,
      perform: () => archive(!archived),
    },
  ]);
  return (
    <Page
      title="Runs"
      flush
      note={
        page &&
        page.all > 0 && (
          <span className={styles["count"]}>{page.active > 0 ? `${page.active} active of ${page.all}` : page.all}</span>
        )
      }
      actions={
        <>
          <label className={styles["filter"]}>
            <Icon name="search" size={14} />
            <input
              ref={search}
              aria-label="Filter runs"
              placeholder="Name, tag, note, state …"
              value={text}
              onChange={(event) => setText(event.target.value)}
              onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
            />
          </label>
          <Button kind="primary" icon="plus" shortcut="c" hint="Launch a recipe" onClick={launch}>
            New run
          </Button>
        </>
      }
    >
      {error && !page ? (
        <div className={styles["pad"]}>
          <ErrorNote error={error} onRetry={() => invalidate((method) => method === "runs.page")} />
        </div>
      ) : !page ? (
        <div className={styles["pad"]}>
          {[0, 1, 2].map((index) => (
            <Skeleton key={index} height={40} />
          ))}
        </div>
      ) : page.all === 0 && page.archived === 0 && !archived ? (
        <div className={styles["pad"]}>
          <EmptyState
            icon="runs"
            title="No runs yet. Launch a recipe: the tiny preset trains in minutes on this machine's processor."
          >
            <Button kind="primary" icon="plus" onClick={launch}>
              New run
            </Button>
            <Button onClick={() => navigate({ screen: "recipes", recipe: null })}>Read about the recipes</Button>
          </EmptyState>
        </div>
      ) : (
        <div className={styles["table"]}>
          {marked.length > 0 ? (
            <div className={styles["marked"]} role="group" aria-label="Marked runs">
              <strong>{marked.length} marked</strong>
              <Button icon="compare" disabled={!canCompare} hint="Two to four runs side by side" onClick={compare}>
                Compare
              </Button>
              <Button disabled={marked.length !== 1} onClick={() => setEditing(marked[0]!)}>
                Name, tags, note
              </Button>
              <Button onClick={() => archive(!archived)}>{archived ? "Out of the archive" : "Archive"}</Button>
              <Button kind="quiet" onClick={() => setMarked([])}>
                None
              </Button>
              {failure && <span role="alert">{failure.message}</span>}
            </div>
          ) : (
            <FilterBar page={page} filter={filter} columns={chosen} onFilter={setFilter} onColumns={choose} />
          )}
          {page.total === 0 ? (
            <div className={styles["pad"]}>
              <EmptyState icon="search" title="No run is like that.">
                <Button
                  onClick={() => {
                    setText("");
                    setFilter(NO_FILTER);
                  }}
                >
                  Show all runs
                </Button>
              </EmptyState>
            </div>
          ) : (
            <DataTable
              label="Runs"
              rows={rows}
              columns={columns}
              rowKey={(run) => run.id}
              selected={selected}
              sorting={sorting}
              onSort={setSorting}
              onOpen={openRun}
              onRange={onRange}
            />
          )}
        </div>
      )}
      {editing && <EditRun run={editing} onClose={() => setEditing(null)} />}
    </Page>
  );
}
