import type { Panel } from "../../contract/panels.ts";
import { Card } from "../parts/Card.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { GroupMapCard } from "../parts/GroupMapCard.tsx";
import { useVisible } from "../parts/useVisible.ts";
import { useService } from "../state/queries.ts";

/** A recipe's panel of kind `heatmap`: every trained group of the run by step, coloured by spread or accuracy. */
export function HeatmapPanel({
  run,
  panel,
}: {
  readonly run: string;
  readonly panel: Extract<Panel, { kind: "heatmap" }>;
}) {
  const [ref, visible] = useVisible<HTMLDivElement>();
  const { data, error } = useService("analysis.groupMap", visible ? { run } : null);
  return (
    <div ref={ref} data-panel={panel.title}>
      {data && data.cells.length > 0 ? (
        <GroupMapCard run={run} map={data} value={panel.value} title={panel.title} explanation={panel.explanation} />
      ) : (
        <Card title={panel.title} explanation={panel.explanation}>
          {error ? (
            <ErrorNote error={error} />
          ) : data ? (
            <EmptyState compact icon="rollouts" title="Groups appear with the first step of reinforcement learning." />
          ) : (
            <Skeleton height={200} />
          )}
        </Card>
      )}
    </div>
  );
}
