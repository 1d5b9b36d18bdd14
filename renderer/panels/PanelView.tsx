/** Which component shows which kind of panel. A new kind is a file here and a line in this table. */
import { CurvePanel } from "./CurvePanel.tsx";
import type { CurvePanelProps } from "./CurvePanel.tsx";
import type { Panel } from "../../contract/panels.ts";

type PanelProps = Omit<CurvePanelProps, "panel"> & { readonly panel: Panel };

/** A panel that the recipe asks for; kinds without a view of their own show nothing. */
export function PanelView({ panel, ...props }: PanelProps) {
  return panel.kind === "curve" ? <CurvePanel panel={panel} {...props} /> : null;
}
