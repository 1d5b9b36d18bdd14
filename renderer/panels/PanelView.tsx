/** Which component shows which kind of panel. A new kind is a file here and a line in this table. */
import { ChannelPanel } from "./ChannelPanel.tsx";
import { CurvePanel } from "./CurvePanel.tsx";
import type { CurvePanelProps } from "./CurvePanel.tsx";
import { HallucinationsPanel } from "./HallucinationsPanel.tsx";
import { HeatmapPanel } from "./HeatmapPanel.tsx";
import { LineagePanel } from "./LineagePanel.tsx";
import { MediaTablePanel } from "./MediaTablePanel.tsx";
import { QuadrantPanel } from "./QuadrantPanel.tsx";
import type { Panel } from "../../contract/panels.ts";

type PanelProps = Omit<CurvePanelProps, "panel"> & { readonly panel: Panel };

/** A panel that the recipe asks for. */
export function PanelView({ panel, ...props }: PanelProps) {
  switch (panel.kind) {
    case "curve":
      return <CurvePanel panel={panel} {...props} />;
    case "channel":
      return <ChannelPanel panel={panel} run={props.run} />;
    case "heatmap":
      return <HeatmapPanel panel={panel} run={props.run} />;
    case "quadrant":
      return <QuadrantPanel panel={panel} run={props.run} />;
    case "lineage":
      return <LineagePanel panel={panel} run={props.run} />;
    case "hallucinations":
      return <HallucinationsPanel panel={panel} run={props.run} />;
    case "mediaTable":
      return <MediaTablePanel panel={panel} run={props.run} />;
  }
}
