import { useMemo, useState } from "react";
import type { EvaluatedItemRow, EvaluationsOverview, EvaluationSummary } from "../../../contract/methods.ts";
import { useActions } from "../../actions.ts";
import { Button } from "../../parts/Button.tsx";
import { DataTable, sortRows } from "../../parts/DataTable.tsx";
import type { Column, Sorting } from "../../parts/DataTable.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { Page } from "../../parts/Page.tsx";
import { Segmented } from "../../parts/Segmented.tsx";
import { formatRoute } from "../../state/address.ts";
import type { EvalsRoute, MeasuredViewName } from "../../state/address.ts";
import { useService } from "../../state/queries.ts";
import { navigate } from "../../state/route.ts";
import { EvaluationPanelView, evaluationPanels } from "../../panels/EvaluationPanelView.tsx";
import { ItemDetail } from "./ItemDetail.tsx";
import { SummaryStrip } from "./SummaryStrip.tsx";
import styles from "./EvaluationPage.module.css";

/** Not a panel's title. */
const ITEMS = "Items";
const NO_ROWS: readonly EvaluatedItemRow[] = [];
const KINDS = { all: "All", wrong: "Wrong", flips: "Flips", failed: "Not asked" } as const;
type Kind = keyof typeof KINDS;

interface Props {
  readonly id: string;
  readonly summary: EvaluationSummary | undefined;
  readonly model: number;
  readonly view: MeasuredViewName;
  readonly sample: string | null;
  readonly overview: EvaluationsOverview;
}

/** One evaluation: its numbers by type, duration and source, and every item behind them. */
export function EvaluationPage({ id, summary, model, view, sample, overview }: Props) {
  const { data: items, error } = useService("evaluations.items", summary ? { evaluation: id, model, view } : null);
  const [kind, setKind] = useState<Kind>("all");
  /** Of a recipe's panel that is shown in the items' place; ITEMS for the items. */
  const [panelTitle, setShown] = useState(ITEMS);
  const [sorting, setSorting] = useState<Sorting>({ key: "position", descending: false });
  const crumbs = [{ label: "Evals", href: formatRoute({ ...HOME }) }];
  const go = (change: Partial<EvalsRoute>): void =>
    navigate({ screen: "evals", evaluation: id, model, view, sample, against: null, ...change }, "replace");
  const columns = useMemo(() => columnsOf(summary, model), [summary, model]);
  const rows = useMemo(
    () =>
      sortRows(
        (items ?? NO_ROWS).filter((row) => isOf(row, kind, model)),
        columns,
        sorting,
      ),
    [items, kind, model, columns, sorting],
  );
  const selected = rows.findIndex((row) => row.sampleId === sample);
  const step = (by: number): void => {
    const next = rows[Math.max(0, Math.min(rows.length - 1, selected + by))];
    if (next) go({ sample: next.sampleId });
  };
  useActions([
    { id: "next-item", label: "Next item", group: "Evals", shortcut: "j or ArrowDown", hidden: true, perform: () => step(1) },
    { id: "previous-item", label: "Previous item", group: "Evals", shortcut: "k or ArrowUp", hidden: true, perform: () => step(-1) },
    { id: "close-item", label: "Close the item", group: "Evals", shortcut: "Escape", hidden: true, enabled: sample !== null, perform: () => go({ sample: null }) },
  ]); // prettier-ignore
  if (summary === undefined) {
    return (
      <Page crumbs={crumbs} title="Evaluation">
        <EmptyState icon="search" title={`There is no evaluation ${id}.`}>
          <Button onClick={() => navigate(HOME)}>See all evaluations</Button>
        </EmptyState>
      </Page>
    );
  }
  const panels = evaluationPanels(items ?? NO_ROWS);
  const shown = panels.find(({ title }) => title === panelTitle) ?? null;
  const measured = summary.result?.models[model]?.views[view];
  return (
    <Page
      crumbs={crumbs}
      title={summary.benchmark.title}
      flush
      actions={
        <>
          <select
            className={styles["select"]}
            aria-label="Model"
            value={model}
            onChange={(event) => go({ model: Number(event.target.value) })}
          >
            {summary.models.map((one, index) => (
              <option key={index} value={index}>
                {one.label}
              </option>
            ))}
          </select>
          {summary.protocol.views.length > 1 && (
            <Segmented
              label="View"
              value={view}
              onChange={(next) => go({ view: next })}
              choices={summary.protocol.views.map((name) => ({ value: name, label: name }))}
            />
          )}
          <CompareWith overview={overview} summary={summary} model={model} view={view} />
        </>
      }
    >
      <div className={styles["columns"]} data-open={sample !== null}>
        <div className={styles["main"]}>
          {measured && (
            <SummaryStrip
              measured={measured}
              mainMetric={summary.result!.mainMetric}
              protocol={summary.protocol}
              imported={summary.importedFrom !== null}
            />
          )}
          {panels.length > 0 && (
            <div className={styles["filter"]}>
              <Segmented
                label="Show"
                value={shown?.title ?? ITEMS}
                onChange={setShown}
                choices={[
                  { value: ITEMS, label: ITEMS },
                  ...panels.map(({ title }) => ({ value: title, label: title })),
                ]}
              />
            </div>
          )}
          {shown ? (
            <div className={styles["panel"]}>
              <EvaluationPanelView
                panel={shown}
                evaluation={id}
                model={model}
                view={view}
                rows={items!}
                onOpen={(sampleId) => go({ sample: sampleId })}
              />
            </div>
          ) : (
            <>
              <div className={styles["filter"]}>
                <Segmented
                  label="Items"
                  value={kind}
                  onChange={setKind}
                  choices={(Object.keys(KINDS) as Kind[])
                    .filter((one) => one !== "flips" || summary.models.length > 1)
                    .map((one) => ({ value: one, label: KINDS[one] }))}
                />
                <span>{items ? `${rows.length} of ${items.length} items` : ""}</span>
              </div>
              {error ? (
                <ErrorNote error={error} />
              ) : !items ? (
                <Skeleton height={300} />
              ) : rows.length === 0 ? (
                <EmptyState
                  icon="search"
                  compact
                  title={items.length === 0 ? "No item was answered yet." : "No item is of this kind."}
                />
              ) : (
                <DataTable
                  label="Items"
                  rows={rows}
                  columns={columns}
                  selected={selected}
                  sorting={sorting}
                  onSort={setSorting}
                  onOpen={(row) => go({ sample: row.sampleId })}
                />
              )}
            </>
          )}
        </div>
        {sample !== null && (
          <ItemDetail
            key={`${model} ${view} ${sample}`}
            evaluation={summary}
            model={model}
            view={view}
            sampleId={sample}
            onClose={() => go({ sample: null })}
          />
        )}
      </div>
    </Page>
  );
}

const HOME: EvalsRoute = { screen: "evals", evaluation: null, model: 0, view: "ordered", sample: null, against: null };

function isOf(row: EvaluatedItemRow, kind: Kind, model: number): boolean {
  if (kind === "wrong") return row.score !== null && row.score < 1;
  if (kind === "failed") return row.score === null;
  if (kind === "flips") return row.others.some((other, index) => index !== model && other !== row.score);
  return true;
}

function columnsOf(summary: EvaluationSummary | undefined, model: number): readonly Column<EvaluatedItemRow>[] {
  const others = (summary?.models ?? []).flatMap((one, index) =>
    index === model ? [] : [{ label: one.label, index }],
  );
  return [
    { key: "position", title: "#", width: "44px", align: "right", sortBy: (row) => row.position, cell: (row) => row.position + 1 },
    { key: "score", title: "Score", width: "64px", sortBy: (row) => row.score, cell: (row) => <Score value={row.score} /> },
    ...others.slice(0, 3).map(({ label, index }): Column<EvaluatedItemRow> => ({
      key: `other${index}`,
      title: short(label),
      hint: `Score of ${label} on the same item`,
      width: "72px",
      sortBy: (row) => row.others[index] ?? null,
      cell: (row) => <Score value={row.others[index] ?? null} flipped={row.others[index] !== row.score} />,
    })),
    { key: "question", title: "Question", width: "minmax(120px, 2fr)", cell: (row) => <Question row={row} /> },
    { key: "prediction", title: "Answer given", width: "minmax(64px, 1fr)", cell: (row) => <Clipped text={row.prediction || "nothing"} /> },
    { key: "answer", title: "Truth", width: "minmax(48px, 0.7fr)", cell: (row) => <Clipped text={row.answer} /> },
  ]; // prettier-ignore
}

const short = (label: string): string => label.split(" · ").at(-1)!.slice(0, 12);

function Score({ value, flipped = false }: { readonly value: number | null; readonly flipped?: boolean }) {
  const state = value === null ? "none" : value >= 1 ? "right" : value > 0 ? "part" : "wrong";
  const words = { none: "not asked", right: "right", part: value?.toFixed(2) ?? "", wrong: "wrong" }[state];
  return (
    <span className={styles["score"]} data-state={state} data-flipped={flipped}>
      {words}
    </span>
  );
}

function Question({ row }: { readonly row: EvaluatedItemRow }) {
  return (
    <span className={styles["question"]} title={row.question}>
      {row.question}
      <small>{row.type}</small>
    </span>
  );
}

function Clipped({ text }: { readonly text: string }) {
  return (
    <span className={styles["clipped"]} title={text}>
      {text}
    </span>
  );
}

/** Another measurement of the same benchmark to put beside this one. */
function CompareWith({
  overview,
  summary,
  model,
  view,
}: Pick<Props, "overview" | "model" | "view"> & { readonly summary: EvaluationSummary }) {
  const sides = overview.evaluations
    .filter(({ benchmark, result }) => benchmark.id === summary.benchmark.id && result !== null)
    .flatMap((evaluation) =>
      evaluation.models.flatMap((one, index) =>
        evaluation.protocol.views.map((name) => ({
          side: { evaluation: evaluation.id, model: index, view: name },
          label: `${one.label} · ${name} · ${evaluation.protocol.preset}, ${evaluation.protocol.vision.maxFrames} frames`,
        })),
      ),
    )
    .filter(({ side }) => side.evaluation !== summary.id || side.model !== model || side.view !== view);
  if (sides.length === 0) return null;
  return (
    <select
      className={styles["select"]}
      aria-label="Compare with"
      value=""
      onChange={(event) => {
        const against = sides[Number(event.target.value)]!.side;
        navigate({ screen: "evals", evaluation: summary.id, model, view, sample: null, against });
      }}
    >
      <option value="" disabled>
        Compare with …
      </option>
      {sides.map(({ label }, index) => (
        <option key={index} value={index}>
          {label}
        </option>
      ))}
    </select>
  );
}
