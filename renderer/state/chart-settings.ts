/** How curves are drawn, the same on every chart; kept in this browser. */
import { create } from "zustand";
import { CHART_AXES } from "../parts/chart-axis.ts";
import type { ChartAxis } from "../parts/chart-axis.ts";

const SMOOTHING_KEY = "secondlook.smoothing";
const AXIS_KEY = "secondlook.axis";
const stored = Number(localStorage.getItem(SMOOTHING_KEY) ?? "0.6");

export const useChartSettings = create<{ smoothing: number; axis: ChartAxis }>(() => ({
  smoothing: stored >= 0 && stored <= 0.99 ? stored : 0.6,
  axis: CHART_AXES.find((axis) => axis === localStorage.getItem(AXIS_KEY)) ?? "step",
}));

/** Weight of the moving average, 0 (off) to 0.99. */
export function setSmoothing(smoothing: number): void {
  localStorage.setItem(SMOOTHING_KEY, String(smoothing));
  useChartSettings.setState({ smoothing });
}

/** What curves go over where no link says otherwise. */
export function setChartAxis(axis: ChartAxis): void {
  localStorage.setItem(AXIS_KEY, axis);
  useChartSettings.setState({ axis });
}
