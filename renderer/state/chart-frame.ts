/** What all charts of a screen share: their axis, the stretch of it that is shown, and when each run began. */
import { createContext, useContext } from "react";
import type { ChartAxis, ChartZoom } from "../parts/chart-axis.ts";

export interface ChartFrame {
  readonly axis: ChartAxis;
  readonly zoom: ChartZoom | null;
  /** Milliseconds since 1970, by run. */
  readonly starts: Readonly<Record<string, number>>;
  /** Null where charts are not to be zoomed. */
  readonly setZoom: ((zoom: ChartZoom | null) => void) | null;
}

/** Charts that stand alone go over steps. */
export const ChartFrameContext = createContext<ChartFrame>({ axis: "step", zoom: null, starts: {}, setZoom: null });

export const useChartFrame = (): ChartFrame => useContext(ChartFrameContext);
