import { useEffect } from "react";
import type { EvaluationsOverview } from "../../../contract/methods.ts";
import { invalidate } from "../../state/queries.ts";

const PAUSE_MS = 1000;

/** Evaluations tell their progress in a file: while one is at work it is read about once a second. */
export function useRefreshWhileRunning(overview: EvaluationsOverview | undefined): void {
  const running = overview?.evaluations.some(({ state }) => state === "running") ?? false;
  useEffect(() => {
    if (!running) return;
    const timer = setInterval(refreshEvaluations, PAUSE_MS);
    return () => {
      clearInterval(timer);
      refreshEvaluations();
    };
  }, [running]);
}

export function refreshEvaluations(): void {
  invalidate((method) => method === "evaluations.overview" || method === "evaluations.items");
}
