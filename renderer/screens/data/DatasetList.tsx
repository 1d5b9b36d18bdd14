import { useEffect, useState } from "react";
import type { DatasetImport, DatasetSummary } from "../../../contract/methods.ts";
import { useActions } from "../../actions.ts";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { DataTable, sortRows } from "../../parts/DataTable.tsx";
import type { Column, Sorting } from "../../parts/DataTable.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { Page } from "../../parts/Page.tsx";
import { formatAgo, formatCount } from "../../parts/format.ts";
import { useService } from "../../state/queries.ts";
import { forgetDropped, useDropped } from "../../state/dropped.ts";
import { navigate } from "../../state/route.ts";
import { ImportDialog } from "./ImportDialog.tsx";
import { ProgressLine } from "./ProgressLine.tsx";
import { dataChanged } from "./progress.ts";
import styles from "./DatasetList.module.css";

const open = ({ id }: DatasetSummary) => navigate({ screen: "data", dataset: id, tab: "report", row: null });

const COLUMNS: readonly Column<DatasetSummary>[] = [
  {
    key: "name",
    title: "Dataset",
    width: "minmax(180px, 2fr)",
    sortBy: ({ name }) => name,
    cell: ({ name, file, stale }) => (
      <div className={styles["name"]}>
        <strong>{name}</strong>
        <span title={stale ?? file} data-stale={stale !== null}>
          {stale ?? file}
        </span>
      </div>
    ),
  },
  {
    key: "rows",
    title: "Rows",
    width: "88px",
    align: "right",
    sortBy: ({ rows }) => rows,
    cell: ({ rows }) => formatCount(rows),
  },
  {
    key: "badRows",
    title: "Unusable",
    hint: "Rows that cannot be used; the report says why",
    width: "84px",
    align: "right",
    sortBy: ({ badRows }) => badRows,
    cell: ({ badRows }) => <span data-bad={badRows > 0}>{formatCount(badRows)}</span>,
  },
  {
    key: "videos",
    title: "Videos",
    width: "84px",
    align: "right",
    sortBy: ({ videos }) => videos,
    cell: ({ videos }) => formatCount(videos),
  },
  {
    key: "images",
    title: "Images",
    width: "84px",
    align: "right",
    sortBy: ({ images }) => images,
    cell: ({ images }) => formatCount(images),
  },
  {
    key: "traces",
    title: "Traces",
    hint: "Rows with a teacher's reasoning, for cold-start SFT",
    width: "84px",
    align: "right",
    sortBy: ({ withTraces }) => withTraces,
    cell: ({ withTraces }) => formatCount(withTraces),
  },
  {
    key: "media",
    title: "Media",
    hint: "Files that are there, of those that rows name",
    width: "160px",
    sortBy: ({ media }) => media.missing,
    align: "right",
    cell: ({ media, check }) => (check ? <ProgressLine progress={check} /> : <MediaCell {...media} />),
  },
  {
    key: "added",
    title: "Imported",
    width: "92px",
    align: "right",
    sortBy: ({ addedAt }) => addedAt,
    cell: ({ addedAt }) => <span className={styles["quiet"]}>{formatAgo(addedAt, Date.now())}</span>,
  },
];

function MediaCell({ total, missing, undecodable }: DatasetSummary["media"]) {
  if (missing === 0 && undecodable === 0) return <span>{total === 0 ? "–" : `all ${formatCount(total)} there`}</span>;
  const parts = [
    ...(missing > 0 ? [`${formatCount(missing)} missing`] : []),
    ...(undecodable > 0 ? [`${formatCount(undecodable)} broken`] : []),
  ];
  return <span data-bad="true">{parts.join(", ")}</span>;
}

/** Every dataset of this data folder, and what is being imported. */
export function DatasetList() {
  const { data: datasets, error } = useService("datasets.list", {});
  const { data: imports } = useService("datasets.imports", {});
  const { data: suggested } = useService("datasets.suggested", {});
  const [failure, setFailure] = useState<Error | null>(null);
  const takePack = () => {
    setFailure(null);
    void Promise.all((suggested ?? []).map((one) => call("datasets.import", one)))
      .catch(setFailure)
      .finally(dataChanged);
  };
  const hasPack = (suggested ?? []).length > 0;
  const [sorting, setSorting] = useState<Sorting>({ key: "added", descending: true });
  const [selected, setSelected] = useState(-1);
  const [importing, setImporting] = useState<{ readonly file: string } | null>(null);
  const rows = sortRows(datasets ?? [], COLUMNS, sorting);
  const move = (by: number) => setSelected((index) => Math.max(0, Math.min(rows.length - 1, index + by)));
  const ask = () => setImporting({ file: "" });
  useDroppedDataset((file) => setImporting({ file }));
  useActions([
    { id: "import-data", label: "Import a dataset", group: "Data", shortcut: "i", perform: ask },
    {
      id: "import-pack",
      label: "Take in the sample pack's questions",
      group: "Data",
      keywords: "demo example",
      enabled: hasPack,
      perform: takePack,
    },
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
      label: "Open the selected dataset",
      group: "Data",
      shortcut: "Enter or o",
      hidden: true,
      enabled: selected >= 0,
      perform: () => rows[selected] && open(rows[selected]),
    },
  ]);
  return (
    <Page
      title="Data"
      flush
      actions={
        <Button kind="primary" icon="plus" shortcut="i" hint="Import a JSON or JSONL file of rows" onClick={ask}>
          Import
        </Button>
      }
    >
      <div className={styles["list"]}>
        {(imports ?? []).map((one) => (
          <ImportNote key={one.id} {...one} />
        ))}
        {failure && (
          <div className={styles["pad"]}>
            <ErrorNote error={failure} />
          </div>
        )}
        {error && !datasets ? (
          <div className={styles["pad"]}>
            <ErrorNote error={error} onRetry={dataChanged} />
          </div>
        ) : !datasets ? (
          <div className={styles["pad"]}>
            <Skeleton height={40} />
            <Skeleton height={40} />
          </div>
        ) : datasets.length === 0 && !imports?.length ? (
          <div className={styles["pad"]}>
            <EmptyState
              icon="data"
              title="No dataset yet. Import a file of questions in Video-R1's JSON format and point it at its videos: rows, durations, duplicates and broken files are looked over here before anything trains on them."
            >
              <Button kind="primary" icon="plus" onClick={ask}>
                Import
              </Button>
              {hasPack && (
                <Button
                  icon="data"
                  hint="The questions and clips that the demo trains and measures on"
                  onClick={takePack}
                >
                  Look at the sample pack
                </Button>
              )}
            </EmptyState>
          </div>
        ) : (
          datasets.length > 0 && (
            <DataTable
              label="Datasets"
              rows={rows}
              columns={COLUMNS}
              selected={selected}
              sorting={sorting}
              onSort={setSorting}
              onOpen={open}
            />
          )
        )}
      </div>
      {importing && <ImportDialog key={importing.file} file={importing.file} onClose={() => setImporting(null)} />}
    </Page>
  );
}

/** An import on its way, or why it failed. */
function ImportNote({ id, name, file, state, progress, rows, badRows, error }: DatasetImport) {
  const dismiss = () => void call("datasets.dismissImport", { import: id }).then(dataChanged);
  return (
    <div className={styles["import"]} role="status" data-state={state}>
      <div>
        <strong>{state === "running" ? `Importing ${name}` : `${name} was not imported`}</strong>
        <span title={file}>{state === "running" ? file : error}</span>
      </div>
      {state === "running" && (
        <div className={styles["progress"]}>
          <ProgressLine progress={progress} />
          <span>
            {formatCount(rows)} rows{badRows > 0 && `, ${formatCount(badRows)} unusable`}
          </span>
        </div>
      )}
      <Button onClick={dismiss}>{state === "running" ? "Cancel" : "Dismiss"}</Button>
    </div>
  );
}

/** A dataset that was dropped on the window. */
function useDroppedDataset(onFile: (path: string) => void): void {
  const dropped = useDropped((state) => state.dropped);
  useEffect(() => {
    if (dropped?.kind !== "dataset") return;
    onFile(dropped.path);
    forgetDropped();
  }, [dropped, onFile]);
}
