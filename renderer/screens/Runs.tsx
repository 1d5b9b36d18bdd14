import { useMemo, useRef, useState } from "react";
import type { RunSummary } from "../../contract/methods.ts";
import { useActions } from "../actions.ts";
import { Button } from "../parts/Button.tsx";
import { DataTable, sortRows } from "../parts/DataTable.tsx";
import type { Column, Sorting } from "../parts/DataTable.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { Icon } from "../parts/Icon.tsx";
import { Page } from "../parts/Page.tsx";
import { matchesQuery } from "../parts/Palette.tsx";
import { RunProgress } from "../parts/RunProgress.tsx";
import { Sparkline } from "../parts/Sparkline.tsx";
import { StatusDot } from "../parts/StatusDot.tsx";
import { formatAgo, formatDuration, formatNumber, formatPercent } from "../parts/format.ts";
import { invalidate, useService } from "../state/queries.ts";
import { navigate } from "../state/route.ts";
import styles from "./Runs.module.css";

const latest = (run: RunSummary, name: string) => run.latest[name] ?? null;

const COLUMNS: readonly Column<RunSummary>[] = [
  {
    key: "state",
    title: "State",
    width: "96px",
    sortBy: (run) => run.state,
    cell: (run) => <StatusDot state={run.state} />,
  },
  {
    key: "name",
    title: "Run",
    width: "minmax(170px, 2fr)",
    sortBy: (run) => run.name,
    cell: (run) => (
      <div className={styles["name"]}>
        <strong>{run.name}</strong>
        <span>
          {run.recipe} · {run.preset} · seed {run.seed}
        </span>
      </div>
    ),
  },
  { key: "step", title: "Step", width: "104px", sortBy: (run) => run.step, cell: (run) => <RunProgress run={run} /> },
  {
    key: "reward",
    title: "Reward",
    hint: "Course of the mean reward, or of the loss before RL starts",
    width: "150px",
    sortBy: (run) => latest(run, "reward"),
    cell: (run) => (
      <div className={styles["curve"]}>
        <Sparkline values={run.sparkline} label={`Reward of ${run.name}`} />
        {run.latest["reward"] === undefined && run.latest["loss"] !== undefined ? (
          <span className={styles["ago"]}>loss {formatNumber(run.latest["loss"], 2)}</span>
        ) : (
          <span>{formatNumber(latest(run, "reward"), 3)}</span>
        )}
      </div>
    ),
  },
  {
    key: "heldOut",
    title: "Held out",
    hint: "Newest accuracy on questions that the run never trains on",
    width: "72px",
    align: "right",
    sortBy: (run) => run.heldOut,
    cell: (run) => formatPercent(run.heldOut),
  },
  {
    key: "kl",
    title: "KL",
    hint: "Distance from the reference policy, per token",
    width: "64px",
    align: "right",
    sortBy: (run) => latest(run, "kl"),
    cell: (run) => formatNumber(latest(run, "kl"), 2),
  },
  {
    key: "length",
    title: "Length",
    hint: "Mean tokens per completion",
    width: "64px",
    align: "right",
    sortBy: (run) => latest(run, "completions/mean_length"),
    cell: (run) => formatNumber(latest(run, "completions/mean_length"), 3),
  },
  {
    key: "dead",
    title: "Dead groups",
    hint: "Share of groups in which no reward differs",
    width: "84px",
    align: "right",
    sortBy: (run) => latest(run, "frac_reward_zero_std"),
    cell: (run) => formatPercent(latest(run, "frac_reward_zero_std"), 0),
  },
  {
    key: "eta",
    title: "Time left",
    width: "96px",
    align: "right",
    sortBy: (run) => run.etaSec,
    cell: (run) => (run.alive ? formatDuration(run.etaSec) : "–"),
  },
  {
    key: "created",
    title: "Started",
    width: "96px",
    align: "right",
    sortBy: (run) => run.createdAt,
    cell: (run) => <span className={styles["ago"]}>{formatAgo(run.createdAt, Date.now())}</span>,
  },
];

const openRun = (run: RunSummary) => navigate({ screen: "live", run: run.id, tab: "overview" });

/** All runs of this data folder, newest first. */
export function Runs() {
  const { data: runs, error } = useService("runs.list", {});
  const [query, setQuery] = useState("");
  const [sorting, setSorting] = useState<Sorting>({ key: "created", descending: true });
  const [selected, setSelected] = useState(-1);
  const launch = () => navigate({ screen: "launch" });
  const search = useRef<HTMLInputElement>(null);
  const rows = useMemo(() => {
    const found = (runs ?? []).filter((run) =>
      matchesQuery(`${run.name} ${run.id} ${run.recipe} ${run.preset} ${run.state} seed ${run.seed}`, query),
    );
    return sortRows(found, COLUMNS, sorting);
  }, [runs, query, sorting]);
  const move = (by: number) => setSelected((index) => Math.max(0, Math.min(rows.length - 1, index + by)));
  useActions([
    { id: "filter", label: "Filter runs", group: "Runs", shortcut: "/", perform: () => search.current?.focus() },
    {
      id: "next-row",
      label: "Next run",
      group: "Runs",
      shortcut: "j or ArrowDown",
      hidden: true,
      perform: () => move(1),
    },
    {
      id: "previous-row",
      label: "Previous run",
      group: "Runs",
      shortcut: "k or ArrowUp",
      hidden: true,
      perform: () => move(-1),
    },
    {
      id: "open-row",
      label: "Open the selected run",
      group: "Runs",
      shortcut: "Enter or o",
      hidden: true,
      enabled: selected >= 0,
      perform: () => rows[selected] && openRun(rows[selected]),
    },
  ]);
  const active = (runs ?? []).filter((run) => run.alive).length;
  return (
    <Page
      title="Runs"
      flush
      note={
        runs &&
        runs.length > 0 && (
          <span className={styles["count"]}>{active > 0 ? `${active} active of ${runs.length}` : runs.length}</span>
        )
      }
      actions={
        <>
          <label className={styles["filter"]}>
            <Icon name="search" size={14} />
            <input
              ref={search}
              aria-label="Filter runs"
              placeholder="Name, recipe, state …"
              value={query}
              onChange={(event) => setQuery(event.target.value)}
              onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
            />
          </label>
          <Button kind="primary" icon="plus" shortcut="c" hint="Launch a recipe" onClick={launch}>
            New run
          </Button>
        </>
      }
    >
      {error && !runs ? (
        <div className={styles["pad"]}>
          <ErrorNote error={error} onRetry={() => invalidate((method) => method === "runs.list")} />
        </div>
      ) : !runs ? (
        <div className={styles["pad"]}>
          {[0, 1, 2].map((index) => (
            <Skeleton key={index} height={40} />
          ))}
        </div>
      ) : runs.length === 0 ? (
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
      ) : rows.length === 0 ? (
        <div className={styles["pad"]}>
          <EmptyState icon="search" title={`No run matches “${query}”.`}>
            <Button onClick={() => setQuery("")}>Show all runs</Button>
          </EmptyState>
        </div>
      ) : (
        <DataTable
          label="Runs"
          rows={rows}
          columns={COLUMNS}
          rowKey={(run) => run.id}
          selected={selected}
          sorting={sorting}
          onSort={setSorting}
          onOpen={openRun}
        />
      )}
    </Page>
  );
}
