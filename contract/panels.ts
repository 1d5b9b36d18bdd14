/** What a recipe can ask the window to show. A new kind of panel is one file in `renderer/panels/`. */
export type Panel =
  | {
      readonly kind: "curve";
      readonly title: string;
      readonly metrics: readonly string[];
      readonly explanation: string;
    }
  | { readonly kind: "channel"; readonly title: string; readonly channel: string; readonly explanation: string }
  | {
      readonly kind: "heatmap";
      readonly title: string;
      readonly value: "rewardStd" | "accuracy";
      readonly explanation: string;
    }
  | {
      readonly kind: "quadrant";
      readonly title: string;
      readonly x: string;
      readonly y: string;
      readonly explanation: string;
    }
  | { readonly kind: "lineage"; readonly title: string; readonly explanation: string }
  | {
      readonly kind: "mediaTable";
      readonly title: string;
      readonly columns: readonly string[];
      readonly explanation: string;
    };
export type PanelKind = Panel["kind"];
