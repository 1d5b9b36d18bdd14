/** Keeps the screen up with imports and media checks while some are running: the service does not push them. */
import { useEffect } from "react";
import { invalidate, useService } from "../../state/queries.ts";

const LOOK_AGAIN_MS = 600;

const isAboutData = (method: string): boolean => method.startsWith("datasets.");

/** Everything that is known about datasets is asked again. */
export function dataChanged(): void {
  invalidate(isAboutData);
}

export function useDataProgress(): void {
  const imports = useService("datasets.imports", {}).data;
  const datasets = useService("datasets.list", {}).data;
  const running = (imports ?? []).filter(({ state }) => state === "running").length;
  const checking = (datasets ?? []).filter(({ check }) => check !== null).length;
  useEffect(() => {
    if (running + checking === 0) return;
    const timer = setInterval(() => {
      invalidate((method) => ["datasets.imports", "datasets.list", "datasets.get"].includes(method));
    }, LOOK_AGAIN_MS);
    return () => {
      clearInterval(timer);
      // What ended changed rows and counts.
      dataChanged();
    };
  }, [running, checking]);
}
