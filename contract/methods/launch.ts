/** What the launch form asks: whether a model and data can be used, how long earlier runs took, and the queue. */
import { z } from "zod";

/** A Hugging Face directory as its files describe it; nothing of it is loaded. */
export interface ModelCheck {
  readonly directory: string;
  /** Sentences; empty when the directory can be used. */
  readonly problems: readonly string[];
  readonly modelType: string;
  readonly parameters: number;
  readonly weightBytes: number;
  readonly contextLength: number;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly vocabulary: number;
  readonly dtype: string;
}

/** One file of rows, looked at without reading it whole. */
export interface DataFileCheck {
  readonly name: string;
  readonly path: string;
  readonly bytes: number;
  /** Null for files that are too large to be counted at once. */
  readonly rows: number | null;
  /** Rows with a trace for the cold start; null where rows are. */
  readonly traces: number | null;
  readonly problem: string | null;
  /** Whether a run could start with it: some problems are only worth knowing. */
  readonly usable: boolean;
}

/** A stage of an earlier run with the time that its updates took: `science/launch/duration.ts` estimates from these. */
export interface EarlierStage {
  readonly run: string;
  readonly name: string;
  readonly device: string;
  readonly parameters: number;
  readonly recipe: string;
  readonly preset: string;
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly stage: string;
  readonly steps: number;
  readonly secondsPerStep: number;
}

export interface Device {
  /** `cpu`, or `cuda:0` and so on: what `--device` takes. */
  readonly id: string;
  readonly title: string;
  readonly detail: string;
  /** Run that trains on it now. */
  readonly busyWith: string | null;
}

export interface QueuedRun {
  readonly run: string;
  readonly name: string;
  readonly recipe: string;
  readonly preset: string;
  readonly device: string;
  readonly addedAt: number;
  /** Why it does not start: one sentence. */
  readonly waitsFor: string;
}

export const launchRequestSchema = z.object({
  recipe: z.string(),
  preset: z.string(),
  name: z.string().max(200).optional(),
  seed: z.number().int().optional(),
  overrides: z.record(z.string(), z.unknown()).optional(),
  model: z.string().optional(),
  data: z.record(z.string(), z.string()).optional(),
  /** Imported datasets by id or name, instead of the files in `data`; they must share one media root. */
  datasets: z
    .object({
      train: z.string(),
      sft: z.string().optional(),
      validation: z.string().optional(),
      heldOut: z.string().optional(),
    })
    .optional(),
  device: z
    .string()
    .regex(/^(auto|cpu|cuda(:\d+)?)$/)
    .optional(),
  /** Processes of this machine that train together. */
  processes: z.number().int().min(1).max(64).optional(),
  branchFrom: z.object({ run: z.string(), checkpoint: z.string() }).optional(),
});
export type LaunchRequest = z.infer<typeof launchRequestSchema>;

const run = z.object({ run: z.string() });

export const launchInputs = {
  "launch.model": z.object({ directory: z.string() }),
  "launch.data": launchRequestSchema.pick({ data: true, datasets: true }),
  "launch.earlier": z.object({}),
  /** What a run was launched with, to launch it again. */
  "launch.again": run,
  /** Two updates of each stage in a run of its own, which is not listed and goes when it is discarded. */
  "launch.dryRun": launchRequestSchema,
  "launch.discard": run,
  "queue.list": z.object({}),
  "queue.add": launchRequestSchema,
  "queue.move": z.object({ run: z.string(), position: z.number().int().min(0) }),
  /** Takes the run out of the queue; its folder goes too, as it never started. */
  "queue.remove": run,
  "devices.list": z.object({}),
} as const;

export interface LaunchResults {
  "launch.model": ModelCheck;
  "launch.data": readonly DataFileCheck[];
  "launch.earlier": readonly EarlierStage[];
  "launch.again": LaunchRequest;
  "launch.dryRun": { readonly run: string };
  "launch.discard": { readonly run: string };
  "queue.list": readonly QueuedRun[];
  "queue.add": { readonly run: string };
  "queue.move": { readonly run: string };
  "queue.remove": { readonly run: string };
  "devices.list": readonly Device[];
}
