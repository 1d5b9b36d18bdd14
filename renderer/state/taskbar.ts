/** What the desktop shell shows of runs outside of the window: progress on the task bar, and that they go on when it closes. */
import type { RunSummary } from "../../contract/methods.ts";
import { onPush } from "../connection.ts";

/** Steps done of all steps over the runs that are alive; null when none is. */
export function livingProgress(runs: Iterable<Pick<RunSummary, "alive" | "step" | "totalSteps">>): {
  readonly count: number;
  readonly share: number | null;
} {
  const living = [...runs].filter((run) => run.alive);
  const total = living.reduce((sum, run) => sum + run.totalSteps, 0);
  const done = living.reduce((sum, run) => sum + Math.min(run.step, run.totalSteps), 0);
  return { count: living.length, share: total > 0 ? done / total : null };
}

/** Follows links and keeps the task bar up to date; called once, and does nothing in a browser. */
export function startTaskbar(): void {
  const desktop = window.secondlook;
  if (!desktop) return;
  desktop.onNavigate((fragment) => {
    window.location.hash = fragment;
  });
  const known = new Map<string, RunSummary>();
  onPush((push) => {
    if (push.topic !== "runs") return;
    for (const run of push.runs) known.set(run.id, run);
    for (const run of push.removed ?? []) known.delete(run);
    const { count, share } = livingProgress(known.values());
    desktop.setLivingRuns(count);
    desktop.setProgress(share);
  });
}
