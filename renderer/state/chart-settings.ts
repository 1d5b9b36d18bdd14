/** How curves are drawn, the same on every chart; kept in this browser. */
import { create } from "zustand";

const KEY = "secondlook.smoothing";
const stored = Number(localStorage.getItem(KEY) ?? "0.6");

export const useChartSettings = create<{ smoothing: number }>(() => ({
  smoothing: stored >= 0 && stored <= 0.99 ? stored : 0.6,
}));

/** Weight of the moving average, 0 (off) to 0.99. */
export function setSmoothing(smoothing: number): void {
  localStorage.setItem(KEY, String(smoothing));
  useChartSettings.setState({ smoothing });
}
