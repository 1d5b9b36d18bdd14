import { useEffect, useMemo } from "react";
import type { ReactNode } from "react";
import { useActions } from "../actions.ts";
import type { Route } from "../state/address.ts";
import { ChartFrameContext } from "../state/chart-frame.ts";
import type { ChartFrame } from "../state/chart-frame.ts";
import { setChartAxis, useChartSettings } from "../state/chart-settings.ts";
import { navigate } from "../state/route.ts";
import { Button } from "./Button.tsx";
import { AXIS_WORDS, CHART_AXES } from "./chart-axis.ts";
import type { ChartAxis, ChartZoom } from "./chart-axis.ts";
import { Segmented } from "./Segmented.tsx";
import { SmoothingControl } from "./SmoothingControl.tsx";
import styles from "./ChartFrameControls.module.css";

/** Screens whose address says what their charts go over. */
export type ChartRoute = Extract<Route, { screen: "live" | "compare" }>;

/** The frame of a screen's charts from its address; the axis that was chosen last where the address says none. */
export function useFrameOf(
  route: ChartRoute,
  runs: readonly { readonly id: string; readonly startedAt: number | null; readonly createdAt: number }[],
): ChartFrame {
  const remembered = useChartSettings((settings) => settings.axis);
  const axis = route.axis ?? remembered;
  const { from, to } = route.zoom ?? {};
  const address = JSON.stringify(route);
  useEffect(() => {
    // A link to what is on screen is in the address bar at any time.
    if (route.axis === undefined && axis !== "step") navigate({ ...route, axis }, "replace");
    // The address stands for the whole route.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [address, axis]);
  const began = JSON.stringify(runs.map(({ id, startedAt, createdAt }) => [id, startedAt ?? createdAt]));
  return useMemo(
    () => ({
      axis,
      zoom: from === undefined || to === undefined ? null : { from, to },
      starts: Object.fromEntries(JSON.parse(began) as [string, number][]),
      setZoom: (zoom: ChartZoom | null) => navigate({ ...(JSON.parse(address) as ChartRoute), axis, zoom }, "replace"),
    }),
    [axis, from, to, began, address],
  );
}

export function ChartFrameProvider({ frame, children }: { readonly frame: ChartFrame; readonly children: ReactNode }) {
  return <ChartFrameContext value={frame}>{children}</ChartFrameContext>;
}

const CHOICES = CHART_AXES.map((value) => ({ value, ...AXIS_WORDS[value] }));

/** Axis, zoom and smoothing of all curves on the screen. */
export function ChartControls({ frame, route }: { readonly frame: ChartFrame; readonly route: ChartRoute }) {
  const choose = (axis: ChartAxis) => {
    setChartAxis(axis);
    navigate({ ...route, axis, zoom: null }, "replace");
  };
  useActions([
    ...CHOICES.map(({ value, label, hint }) => ({
      id: `axis-${value}`,
      label: `Curves over ${label.toLowerCase()}`,
      group: "Charts" as const,
      keywords: hint,
      enabled: value !== frame.axis,
      perform: () => choose(value),
    })),
    {
      id: "zoom-out",
      label: "Show the whole axis of the curves",
      group: "Charts",
      enabled: frame.zoom !== null,
      perform: () => frame.setZoom?.(null),
    },
  ]);
  return (
    <div className={styles["controls"]}>
      {frame.zoom && (
        <Button icon="close" hint="Show the whole axis again" onClick={() => frame.setZoom?.(null)}>
          Zoomed in
        </Button>
      )}
      <Segmented label="Curves over" value={frame.axis} choices={CHOICES} onChange={choose} />
      <SmoothingControl />
    </div>
  );
}
