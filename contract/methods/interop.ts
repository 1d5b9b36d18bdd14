/** Runs of other tools come in, ours go out. */
import { z } from "zod";

/** What a run can be written as. `rollouts`: its answers in place of its metrics. */
export const EXPORT_FORMATS = {
  tfevents: { title: "TensorBoard event file", rollouts: false, isFolder: true, suffix: "" },
  csv: { title: "CSV, a line a step", rollouts: false, isFolder: false, suffix: ".csv" },
  jsonl: { title: "JSONL, a line a step", rollouts: false, isFolder: false, suffix: ".jsonl" },
  verl: { title: "Rollouts as verl logs them, a file a step", rollouts: true, isFolder: true, suffix: "" },
  trl: { title: "Rollouts in TRL's columns, JSONL", rollouts: true, isFolder: false, suffix: ".jsonl" },
} as const;
export type ExportFormat = keyof typeof EXPORT_FORMATS;

export const interopInputs = {
  "runs.import": z.object({ path: z.string().min(1).max(4096), name: z.string().max(200).optional() }),
  "runs.export": z.object({
    run: z.string(),
    format: z.enum(Object.keys(EXPORT_FORMATS) as [ExportFormat, ...ExportFormat[]]),
  }),
} as const;

export interface InteropResults {
  "runs.import": {
    readonly runs: readonly {
      readonly id: string;
      readonly name: string;
      readonly tool: string;
      readonly metrics: number;
      readonly steps: number;
      readonly rollouts: number;
    }[];
    /** The first few of what could not be used, as sentences. */
    readonly problems: readonly string[];
  };
  "runs.export": { readonly path: string; readonly steps: number; readonly values: number; readonly rollouts: number };
}
