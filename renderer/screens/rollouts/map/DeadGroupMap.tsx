import type { RunDetail } from "../../../../contract/methods.ts";
import { EmptyState, ErrorNote, Skeleton } from "../../../parts/EmptyState.tsx";
import { GroupMapCard } from "../../../parts/GroupMapCard.tsx";
import { useService } from "../../../state/queries.ts";
import styles from "./DeadGroupMap.module.css";

/** Every trained group of the run, by step: alive and how much, or dead, and whether all were right or all wrong. */
export function DeadGroupMap({ run }: { readonly run: RunDetail }) {
  const { data, error } = useService("analysis.groupMap", { run: run.id });
  return (
    <div className={styles["view"]}>
      {error && !data ? (
        <ErrorNote error={error} />
      ) : !data ? (
        <Skeleton height={320} />
      ) : data.cells.length === 0 ? (
        <EmptyState icon="rollouts" title="No groups yet. They begin with reinforcement learning." />
      ) : (
        <GroupMapCard run={run.id} map={data} />
      )}
    </div>
  );
}
