/** What a recipe can ask the window to show. A new kind of panel is one file in `renderer/panels/`. */
import { z } from "zod";

const words = { title: z.string(), explanation: z.string() };
const names = z.array(z.string()).readonly();

export const panelSchema = z
  .discriminatedUnion("kind", [
    z.object({ kind: z.literal("curve"), ...words, metrics: names }),
    z.object({ kind: z.literal("channel"), ...words, channel: z.string() }),
    z.object({ kind: z.literal("heatmap"), ...words, value: z.enum(["rewardStd", "accuracy"]) }),
    z.object({ kind: z.literal("quadrant"), ...words, x: z.string(), y: z.string() }),
    z.object({ kind: z.literal("lineage"), ...words }),
    z.object({ kind: z.literal("hallucinations"), ...words }),
    z.object({ kind: z.literal("mediaTable"), ...words, columns: names }),
  ])
  .readonly();

export type Panel = z.infer<typeof panelSchema>;
export type PanelKind = Panel["kind"];
