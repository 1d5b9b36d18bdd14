import { useState } from "react";
import { useActions } from "../../actions.ts";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { Modal } from "../../parts/Modal.tsx";
import { Page } from "../../parts/Page.tsx";
import { Tabs } from "../../parts/Tabs.tsx";
import { formatRoute } from "../../state/address.ts";
import type { DataTab } from "../../state/address.ts";
import { useService } from "../../state/queries.ts";
import { navigate } from "../../state/route.ts";
import { emptyDraft, setDraft, useDraft } from "../launch/draft.ts";
import { dataChanged } from "./progress.ts";
import { Report } from "./Report.tsx";
import { Rows } from "./Rows.tsx";
import { Shared } from "./Shared.tsx";
import styles from "./DatasetPage.module.css";

const DATA_LIST = { screen: "data", dataset: null, tab: "report", row: null } as const;

/** One dataset: what the import found, its rows, and what it shares with the others. */
export function DatasetPage({ dataset, tab }: { readonly dataset: string; readonly tab: DataTab }) {
  const { data: detail, error } = useService("datasets.get", { dataset });
  const [removing, setRemoving] = useState(false);
  const show = (next: DataTab) => navigate({ screen: "data", dataset, tab: next, row: null }, "replace");
  const train = () => {
    if (!detail) return;
    // The recipe stays as it was chosen; settings that were made for other rows do not.
    const { recipe, preset } = useDraft.getState().draft;
    setDraft({ ...emptyDraft(recipe, preset), rows: "datasets", datasets: { train: detail.name } });
    navigate({ screen: "launch" });
  };
  const refresh = () => void call("datasets.refresh", { dataset }).then(dataChanged);
  useActions([
    { id: "data-report", label: "Report of the dataset", group: "Data", shortcut: "1", perform: () => show("report") },
    { id: "data-rows", label: "Rows of the dataset", group: "Data", shortcut: "2", perform: () => show("rows") },
    {
      id: "data-shared",
      label: "What the dataset shares with others",
      group: "Data",
      shortcut: "3",
      perform: () => show("shared"),
    },
    { id: "data-train", label: "Train on the dataset", group: "Data", perform: train },
    { id: "data-refresh", label: "Import the file again", group: "Data", perform: refresh },
  ]);
  const crumbs = [{ label: "Data", href: formatRoute(DATA_LIST) }];
  if (!detail) {
    return (
      <Page crumbs={crumbs} title={error ? "Dataset" : "…"}>
        {error ? <ErrorNote error={error} onRetry={dataChanged} /> : <Skeleton height={240} />}
      </Page>
    );
  }
  return (
    <Page
      crumbs={crumbs}
      title={detail.name}
      flush
      actions={
        <>
          <Button icon="resume" hint="Read the file again" onClick={refresh}>
            Import again
          </Button>
          <Button kind="danger" onClick={() => setRemoving(true)}>
            Remove
          </Button>
          <Button kind="primary" icon="play" hint="Open the launch form with these rows" onClick={train}>
            Train on it
          </Button>
        </>
      }
    >
      <div className={styles["page"]} data-tab={tab}>
        {detail.stale && (
          <p className={styles["stale"]} role="status">
            {detail.stale}
          </p>
        )}
        <Tabs
          value={tab}
          onChange={show}
          tabs={[
            { value: "report", label: "Report" },
            { value: "rows", label: "Rows" },
            { value: "shared", label: "Shared with others" },
          ]}
        >
          {tab === "report" && <Report detail={detail} />}
          {tab === "rows" && <Rows detail={detail} />}
          {tab === "shared" && <Shared dataset={detail.id} />}
        </Tabs>
      </div>
      {removing && (
        <Modal
          title={`Remove “${detail.name}”?`}
          description="The dataset is forgotten. Its file and its media stay where they are, and so do runs that used them."
          onClose={() => setRemoving(false)}
        >
          <div className={styles["buttons"]}>
            <Button onClick={() => setRemoving(false)}>Keep it</Button>
            <Button
              kind="danger"
              onClick={() =>
                void call("datasets.remove", { dataset }).then(() => {
                  dataChanged();
                  navigate(DATA_LIST);
                })
              }
            >
              Remove
            </Button>
          </div>
        </Modal>
      )}
    </Page>
  );
}
