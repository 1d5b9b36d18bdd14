import { setSmoothing, useChartSettings } from "../state/chart-settings.ts";
import styles from "./SmoothingControl.module.css";

/** How strongly all curves are smoothed; the unsmoothed one stays behind as a ghost. */
export function SmoothingControl() {
  const smoothing = useChartSettings((settings) => settings.smoothing);
  return (
    <label className={styles["control"]} title="Moving average without bias at the start; 0 shows raw values">
      Smoothing
      <input
        type="range"
        min={0}
        max={0.99}
        step={0.01}
        value={smoothing}
        onChange={(event) => setSmoothing(Number(event.target.value))}
      />
      <output>{smoothing === 0 ? "off" : smoothing.toFixed(2)}</output>
    </label>
  );
}
