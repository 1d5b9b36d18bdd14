import type { ChartAxis } from "./chart-axis.ts";
import { EmptyState } from "./EmptyState.tsx";

/** Why a chart has nothing to draw. */
export function NoPoints({ axis, isZoomed }: { readonly axis: ChartAxis; readonly isZoomed: boolean }) {
  const title = isZoomed
    ? "No point lies in the stretch that the curves are zoomed to."
    : axis === "tokens"
      ? "The journal does not count the tokens of its updates."
      : "No point yet.";
  return <EmptyState compact icon="live" title={title} />;
}
