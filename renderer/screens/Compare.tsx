import { useMemo, useState } from "react";
import type { RunDetail } from "../../contract/methods.ts";
import { useActions } from "../actions.ts";
import { Button } from "../parts/Button.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { Page } from "../parts/Page.tsx";
import { ChartControls, ChartFrameProvider, useFrameOf } from "../parts/ChartFrameControls.tsx";
import type { ChartRoute } from "../parts/ChartFrameControls.tsx";
import { formatRoute } from "../state/address.ts";
import { useServices } from "../state/queries.ts";
import { navigate } from "../state/route.ts";
import { ComparedCurves } from "./compare/ComparedCurves.tsx";
import { ConfigurationTable } from "./compare/ConfigurationTable.tsx";
import { Measurements } from "./compare/Measurements.tsx";
import { RunChips } from "./compare/RunChips.tsx";
import { SharedPrompts } from "./compare/SharedPrompts.tsx";
import styles from "./Compare.module.css";

/** Runs side by side: what differs in their settings, then measurements, curves, and the answers of the first four. */
export function Compare({ route }: { readonly route: Extract<ChartRoute, { screen: "compare" }> }) {
  const { runs: ids, sample = null } = route;
  const queries = useServices(
    "runs.get",
    ids.map((run) => ({ run })),
  );
  const runs = useMemo(() => queries.flatMap(({ data }) => (data ? [data] : [])), [queries]);
  const failed = queries.find(({ error, data }) => error && !data)?.error;
  const [hidden, setHidden] = useState<readonly string[]>([]);
  const go = (next: readonly string[]) => navigate({ ...route, runs: next }, "replace");
  const frame = useFrameOf(route, runs);
  const crumbs = [{ label: "Runs", href: formatRoute({ screen: "runs" }) }];
  useActions([
    {
      id: "compare-baseline",
      label: "Take the next run as the baseline",
      group: "Runs",
      shortcut: "b",
      enabled: ids.length > 1,
      perform: () => go([...ids.slice(1), ids[0]!]),
    },
  ]);
  return (
    <Page crumbs={crumbs} title="Compare" actions={<ChartControls frame={frame} route={route} />}>
      <div className={styles["compare"]}>
        <RunChips ids={ids} runs={runs} hidden={hidden} onHide={setHidden} onChange={go} />
        {failed ? (
          <ErrorNote error={failed} />
        ) : ids.length < 2 ? (
          <EmptyState icon="compare" title="Choose at least two runs: above, or in the list of runs.">
            <Button kind="primary" onClick={() => navigate({ screen: "runs" })}>
              See all runs
            </Button>
          </EmptyState>
        ) : runs.length < ids.length ? (
          <Skeleton height={320} />
        ) : (
          <ChartFrameProvider frame={frame}>
            <Compared
              runs={runs}
              hidden={hidden}
              sample={sample}
              onSample={(next) => navigate({ ...route, sample: next }, "replace")}
            />
          </ChartFrameProvider>
        )}
      </div>
    </Page>
  );
}

/** Texts of more runs than this do not fit side by side. */
const MOST_TEXTS = 4;

function Compared({
  runs,
  hidden,
  sample,
  onSample,
}: {
  readonly runs: readonly RunDetail[];
  readonly hidden: readonly string[];
  readonly sample: string | null;
  readonly onSample: (sample: string) => void;
}) {
  const beside = useMemo(() => runs.slice(0, MOST_TEXTS), [runs]);
  return (
    <>
      <ConfigurationTable runs={runs} />
      <Measurements runs={runs} />
      <ComparedCurves runs={runs} hidden={hidden} />
      <SharedPrompts runs={beside} sample={sample} onSample={onSample} />
    </>
  );
}
