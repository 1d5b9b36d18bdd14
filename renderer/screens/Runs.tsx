import { useMemo, useRef, useState } from "react";
import type { RunLine, RunSummary, TableView } from "../../contract/methods.ts";
import { useActions } from "../actions.ts";
import { call } from "../connection.ts";
import { Button } from "../parts/Button.tsx";
import { DataTable } from "../parts/DataTable.tsx";
import type { Column } from "../parts/DataTable.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { Icon } from "../parts/Icon.tsx";
import { Page } from "../parts/Page.tsx";
import { MOST_COMPARED } from "../state/address.ts";
import { invalidate } from "../state/queries.ts";
import { navigate } from "../state/route.ts";
import { DEFAULT_VIEW } from "../state/table-view.ts";
import { ColumnMenu } from "./runs/ColumnMenu.tsx";
import { columnsOf, FIXED_COLUMNS } from "./runs/columns.tsx";
import { EditRun } from "./runs/EditRun.tsx";
import { ImportRuns } from "./runs/ImportRuns.tsx";
import { FilterBar } from "./runs/FilterBar.tsx";
import { GroupMenu } from "./runs/GroupMenu.tsx";
import { usePages } from "./runs/usePages.ts";
import { useTableView } from "./runs/useTableView.ts";
import { ViewMenu } from "./runs/ViewMenu.tsx";
import styles from "./Runs.module.css";

const openRun = (run: RunSummary) => navigate({ screen: "live", run: run.id, tab: "overview" });
const launch = () => navigate({ screen: "launch" });
const idsOf = (line: RunLine): readonly string[] => (line.kind === "run" ? [line.run.id] : line.group.ids);

/** All runs of this data folder, or groups of them, read page by page. */
export function Runs({ view: id, changed }: { readonly view: string | null; readonly changed: Partial<TableView> }) {
  const { view, saved, isChanged, change, loading } = useTableView(id, changed);
  const [open, setOpen] = useState<readonly string[]>([]);
  const [selected, setSelected] = useState(-1);
  const [marked, setMarked] = useState<readonly string[]>([]);
  const [editing, setEditing] = useState<RunSummary | null>(null);
  const [importing, setImporting] = useState(false);
  const [failure, setError] = useState<Error | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const { archived, columns: chosen } = view;
  const { lines, table, error, onRange } = usePages({ ...view, ...(view.group ? { open: [...open] } : {}) });
  const columns = useMemo(() => {
    const toggle = (line: RunLine) =>
      setMarked((ids) => {
        const own = idsOf(line);
        const without = ids.filter((other) => !own.includes(other));
        return own.every((one) => ids.includes(one)) ? without : [...without, ...own];
      });
    const mark: Column<RunLine> = {
      key: "mark",
      title: "",
      width: "20px",
      cell: (line) => (
        <input
          type="checkbox"
          className={styles["mark"]}
          aria-label={`Mark ${line.kind === "run" ? line.run.name : `all of ${line.group.label}`}`}
          checked={idsOf(line).every((one) => marked.includes(one))}
          onClick={(event) => event.stopPropagation()}
          onChange={() => toggle(line)}
        />
      ),
    };
    return { all: [mark, ...FIXED_COLUMNS, ...columnsOf(chosen)], toggle };
  }, [marked, chosen]);
  const archive = (value: boolean) => {
    setError(null);
    call("runs.mark", { runs: [...marked], archived: value }).then(() => setMarked([]), setError);
  };
  const compare = () => navigate({ screen: "compare", runs: marked.slice(0, MOST_COMPARED) });
  const move = (by: number) => setSelected((index) => Math.max(0, Math.min(lines.length - 1, index + by)));
  const openLine = (line: RunLine) => {
    if (line.kind === "run") return openRun(line.run);
    const { key } = line.group;
    setOpen((keys) => (keys.includes(key) ? keys.filter((other) => other !== key) : [...keys, key]));
  };
  const current = lines[selected];
  const currentRun = current?.kind === "run" ? current.run : null;
  const markedRun = lines.find((line) => line?.kind === "run" && line.run.id === marked[0]);
  const onlyMarked = marked.length === 1 && markedRun?.kind === "run" ? markedRun.run : null;
  const canCompare = marked.length >= 2 && marked.length <= MOST_COMPARED;
  const row = { group: "Runs", hidden: true } as const;
  useActions([
    { id: "filter", label: "Filter runs", group: "Runs", shortcut: "/", perform: () => search.current?.focus() },
    { ...row, id: "next-row", label: "Next run", shortcut: "j or ArrowDown", perform: () => move(1) },
    { ...row, id: "previous-row", label: "Previous run", shortcut: "k or ArrowUp", perform: () => move(-1) },
    {
      ...row,
      id: "open-row",
      label: "Open the selected run or group",
      shortcut: "Enter or o",
      enabled: current !== undefined,
      perform: () => current && openLine(current),
    },
    {
      ...row,
      id: "mark-row",
      label: "Mark the selected run or group",
      shortcut: "x",
      enabled: current !== undefined,
      perform: () => current && columns.toggle(current),
    },
    {
      ...row,
      id: "edit-row",
      label: "Name, tags and note of the selected run",
      shortcut: "m",
      enabled: currentRun !== null,
      perform: () => setEditing(currentRun),
    },
    {
      id: "group-seedless",
      label: view.group === "seedless" ? "Show runs one by one" : "Group runs that only their seed tells apart",
      group: "Runs",
      keywords: "configuration mean spread seeds",
      perform: () => change({ group: view.group === "seedless" ? "" : "seedless" }),
    },
    {
      id: "import-runs",
      label: "Import runs of another tool",
      group: "Runs",
      keywords: "tensorboard tfevents trl verl logs",
      perform: () => setImporting(true),
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
        table &&
        table.all > 0 && (
          <span className={styles["count"]}>
            {table.active > 0 ? `${table.active} active of ${table.all}` : table.all}
          </span>
        )
      }
      actions={
        <>
          <label className={styles["filter"]}>
            <Icon name="search" size={14} />
            <input
              ref={search}
              aria-label="Filter runs"
              placeholder="Words, kl>0.1, tag:paper …"
              title="Words of name, tag or note; kl>0.1, heldout>=0.6, klBeta=0.02, state:failed; a minus excludes"
              value={view.text}
              onChange={(event) => change({ text: event.target.value })}
              onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
            />
          </label>
          <Button hint="Runs of TensorBoard, TRL, verl and others" onClick={() => setImporting(true)}>
            Import
          </Button>
          <Button kind="primary" icon="plus" shortcut="c" hint="Launch a recipe" onClick={launch}>
            New run
          </Button>
        </>
      }
    >
      {error && !table ? (
        <div className={styles["pad"]}>
          <ErrorNote error={error} onRetry={() => invalidate((method) => method === "runs.table")} />
        </div>
      ) : !table || loading ? (
        <div className={styles["pad"]}>
          {[0, 1, 2].map((index) => (
            <Skeleton key={index} height={40} />
          ))}
        </div>
      ) : table.all === 0 && table.archived === 0 && !archived ? (
        <div className={styles["pad"]}>
          <EmptyState
            icon="runs"
            title="No runs yet. Launch a recipe: the tiny preset trains in minutes on this machine's processor."
          >
            <Button kind="primary" icon="plus" onClick={launch}>
              New run
            </Button>
            <Button onClick={() => setImporting(true)}>Import runs of another tool</Button>
            <Button onClick={() => navigate({ screen: "recipes", recipe: null })}>Read about the recipes</Button>
          </EmptyState>
        </div>
      ) : (
        <div className={styles["table"]}>
          {marked.length > 0 ? (
            <div className={styles["marked"]} role="group" aria-label="Marked runs">
              <strong>{marked.length} marked</strong>
              <Button icon="compare" disabled={!canCompare} hint="Two to twenty runs side by side" onClick={compare}>
                Compare
              </Button>
              <Button disabled={onlyMarked === null} onClick={() => setEditing(onlyMarked)}>
                Name, tags, note
              </Button>
              <Button onClick={() => archive(!archived)}>{archived ? "Out of the archive" : "Archive"}</Button>
              <Button kind="quiet" onClick={() => setMarked([])}>
                None
              </Button>
              {failure && <span role="alert">{failure.message}</span>}
            </div>
          ) : (
            <FilterBar table={table} view={view} onChange={change}>
              <ViewMenu current={saved} view={view} isChanged={isChanged} />
              <GroupMenu group={view.group} onGroup={(group) => change({ group })} />
              <ColumnMenu columns={chosen} onColumns={(next) => change({ columns: [...next] })} />
            </FilterBar>
          )}
          {table.found === 0 ? (
            <div className={styles["pad"]}>
              <EmptyState icon="search" title="No run is like that.">
                <Button
                  onClick={() => {
                    const { text, states, recipes, tags } = DEFAULT_VIEW;
                    change({ text, states, recipes, tags, archived: false });
                  }}
                >
                  Show all runs
                </Button>
              </EmptyState>
            </div>
          ) : (
            <DataTable
              label="Runs"
              rows={lines}
              columns={columns.all}
              selected={selected}
              sorting={{ key: view.sort, descending: view.descending }}
              onSort={({ key, descending }) => change({ sort: key, descending })}
              onOpen={openLine}
              onRange={onRange}
            />
          )}
        </div>
      )}
      {importing && <ImportRuns onClose={() => setImporting(false)} />}
      {editing && <EditRun run={editing} onClose={() => setEditing(null)} />}
    </Page>
  );
}
