import { useMemo, useState } from "react";
import type { RunDetail } from "../../contract/methods.ts";
import { IMPORTED } from "../../contract/run-folder.ts";
import { useActions } from "../actions.ts";
import { phaseLabel } from "../explain.ts";
import { AlertStrip } from "../parts/AlertStrip.tsx";
import { Button } from "../parts/Button.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { Page } from "../parts/Page.tsx";
import { RunControls } from "../parts/RunControls.tsx";
import { ChartControls, ChartFrameProvider, useFrameOf } from "../parts/ChartFrameControls.tsx";
import type { ChartRoute } from "../parts/ChartFrameControls.tsx";
import { StatusDot } from "../parts/StatusDot.tsx";
import { Tabs } from "../parts/Tabs.tsx";
import { formatRoute, LIVE_TABS } from "../state/address.ts";
import type { LiveTab } from "../state/address.ts";
import { invalidate, useService } from "../state/queries.ts";
import { navigate } from "../state/route.ts";
import { Alerts } from "./live/Alerts.tsx";
import { AllMetrics } from "./live/AllMetrics.tsx";
import { Configuration } from "./live/Configuration.tsx";
import { Control } from "./live/Control.tsx";
import { Messages } from "./live/Messages.tsx";
import { Overview } from "./live/Overview.tsx";
import { Timing } from "./live/Timing.tsx";
import { ExportRun } from "./runs/ExportRun.tsx";
import styles from "./LiveRun.module.css";

const TAB_LABELS: Readonly<Record<LiveTab, string>> = {
  overview: "Overview",
  metrics: "All metrics",
  timing: "Timing",
  alerts: "Alerts",
  control: "Control",
  configuration: "Configuration",
  messages: "Log",
};

type LiveRoute = Extract<ChartRoute, { screen: "live" }>;

/** One run as it happens. */
export function LiveRun({ route }: { readonly route: LiveRoute }) {
  const { run: id, tab } = route;
  const { data: run, error } = useService("runs.get", { run: id });
  const [exporting, setExporting] = useState(false);
  const crumbs = [{ label: "Runs", href: formatRoute({ screen: "runs" }) }];
  const openRollouts = () => navigate({ screen: "rollouts", run: id, step: null, pair: null, rollout: null });
  useActions([
    {
      id: "launch-again",
      label: "Launch this run again with changes",
      group: "Run",
      enabled: run !== undefined && run.recipe !== IMPORTED,
      perform: () => navigate({ screen: "launch", from: id }),
    },
    {
      id: "export-run",
      label: "Export this run for another tool",
      group: "Run",
      keywords: "tensorboard tfevents csv jsonl verl trl download",
      perform: () => setExporting(true),
    },
    { id: "see-rollouts", label: "See the rollouts of this run", group: "Run", shortcut: "o", perform: openRollouts },
    ...LIVE_TABS.map((name, index) => ({
      id: `tab-${name}`,
      label: TAB_LABELS[name],
      group: "Run" as const,
      shortcut: String(index + 1),
      perform: () => navigate({ ...route, tab: name }, "replace"),
    })),
  ]);
  if (error && !run) {
    return (
      <Page crumbs={crumbs} title={id}>
        {error.code === "NOT_FOUND" ? (
          <EmptyState icon="search" title={`There is no run called ${id} in this data folder.`}>
            <Button onClick={() => navigate({ screen: "runs" })}>See all runs</Button>
          </EmptyState>
        ) : (
          <ErrorNote error={error} onRetry={() => invalidate((method) => method === "runs.get")} />
        )}
      </Page>
    );
  }
  if (!run) {
    return (
      <Page crumbs={crumbs} title="Live run">
        <div className={styles["loading"]}>
          <Skeleton height={120} />
          <Skeleton height={220} />
        </div>
      </Page>
    );
  }
  return (
    <Page
      crumbs={crumbs}
      title={run.name}
      note={
        <span className={styles["pill"]} data-alive={run.alive}>
          <StatusDot state={run.state} bare /> {phaseLabel(run)}
        </span>
      }
      actions={
        <>
          <Button icon="rollouts" shortcut="o" hint="Read the answers of each step" onClick={openRollouts}>
            Rollouts
          </Button>
          {run.recipe !== IMPORTED && (
            <Button
              icon="launch"
              hint="Launch again with changes"
              onClick={() => navigate({ screen: "launch", from: id })}
            />
          )}
          <Button icon="external" hint="Export for another tool" onClick={() => setExporting(true)} />
          <RunControls run={run} />
        </>
      }
    >
      {tab !== "alerts" && <AlertStrip run={run.id} alerts={run.alerts} />}
      <LiveTabs run={run} route={route} />
      {exporting && <ExportRun run={id} onClose={() => setExporting(false)} />}
    </Page>
  );
}

function LiveTabs({ run, route }: { readonly run: RunDetail; readonly route: LiveRoute }) {
  const { tab } = route;
  const frame = useFrameOf(route, [run]);
  const notices = useService("notices.list", { run: run.id }).data;
  const tabs = useMemo(
    () =>
      LIVE_TABS.map((value) => ({
        value,
        label: TAB_LABELS[value],
        ...(value === "messages"
          ? { count: run.dataErrors + (notices?.filter(({ level }) => level !== "info").length ?? 0) }
          : value === "alerts"
            ? { count: run.alerts.length }
            : {}),
      })),
    [run.dataErrors, run.alerts.length, notices],
  );
  return (
    <Tabs
      value={tab}
      tabs={tabs}
      aside={(tab === "overview" || tab === "metrics") && <ChartControls frame={frame} route={route} />}
      onChange={(next) => navigate({ ...route, tab: next }, "replace")}
    >
      <ChartFrameProvider frame={frame}>
        {tab === "overview" && <Overview run={run} />}
        {tab === "metrics" && <AllMetrics run={run} />}
      </ChartFrameProvider>
      {tab === "timing" && <Timing run={run} />}
      {tab === "alerts" && <Alerts run={run} />}
      {tab === "control" && <Control run={run} />}
      {tab === "configuration" && <Configuration run={run} />}
      {tab === "messages" && <Messages run={run} />}
    </Tabs>
  );
}
