/** Runs: list, launch, control, and what a run said. */
import { z } from "zod";
import type { Alert } from "../alerts.ts";
import type { EventOf } from "../journal.ts";
import type { Panel } from "../panels.ts";
import { launchRequestSchema } from "./launch.ts";

export type RunState = "queued" | "starting" | "running" | "paused" | "completed" | "stopped" | "failed" | "lost";

export interface RunSummary {
  readonly id: string;
  readonly name: string;
  readonly recipe: string;
  readonly preset: string;
  readonly seed: number;
  readonly state: RunState;
  readonly phase: string;
  readonly stage: string | null;
  readonly step: number;
  readonly totalSteps: number;
  readonly createdAt: number;
  readonly startedAt: number | null;
  readonly endedAt: number | null;
  readonly endReason: string | null;
  readonly attempt: number;
  /** Last value of the main metrics, by name. */
  readonly latest: Readonly<Record<string, number>>;
  /** About 40 values of the reward, of the loss before RL starts. */
  readonly sparkline: { readonly metric: "reward" | "loss"; readonly values: readonly number[] };
  /** Newest held-out accuracy. */
  readonly heldOut: number | null;
  readonly secondsPerStep: number | null;
  readonly etaSec: number | null;
  readonly dataErrors: number;
  readonly alive: boolean;
  readonly tags: readonly string[];
  readonly note: string;
  readonly archived: boolean;
  /** A rehearsal of a launch: in no list. */
  readonly dry: boolean;
  /** What its newest updates break. */
  readonly alerts: readonly Alert[];
}

export interface RunDetail extends RunSummary {
  readonly config: Readonly<Record<string, unknown>>;
  readonly stages: readonly { readonly name: string; readonly kind: string; readonly steps: number }[];
  readonly model: { readonly directory: string; readonly parameters: number } | null;
  readonly engine: Readonly<Record<string, unknown>>;
  readonly metricNames: readonly string[];
  /** Of a recipe that does not come with the program; empty for the others. */
  readonly panels: readonly Panel[];
  readonly checkpoints: readonly {
    readonly step: number;
    readonly path: string;
    readonly label: string | null;
    /** False once a newer one took its place. */
    readonly kept: boolean;
  }[];
  readonly folder: string;
}

/** One bucket of a downsampled series: spikes survive as min and max. */
export interface SeriesPoint {
  /** Where it stands on the axis that was asked for. */
  readonly x: number;
  readonly step: number;
  readonly time: number;
  readonly value: number;
  readonly min: number;
  readonly max: number;
}
export interface Series {
  readonly metric: string;
  readonly points: readonly SeriesPoint[];
  /** Points before bucketing. */
  readonly total: number;
}

/** Steps, milliseconds since 1970, or tokens trained on since the run's start. */
export const SERIES_AXES = ["step", "time", "tokens"] as const;
export type SeriesAxis = (typeof SERIES_AXES)[number];

const run = z.object({ run: z.string() });

export const runInputs = {
  "runs.list": z.object({}),
  "runs.get": run,
  "runs.launch": launchRequestSchema,
  "runs.resume": run,
  "runs.control": z.object({ run: z.string(), command: z.record(z.string(), z.unknown()) }),
  "series.get": z.object({
    run: z.string(),
    metrics: z.array(z.string()).max(200),
    maxPoints: z.number().int().min(2).max(5000).optional(),
    axis: z.enum(SERIES_AXES).optional(),
    /** On the axis. */
    from: z.number().optional(),
    to: z.number().optional(),
  }),
  "evaluations.list": run,
  "notices.list": run,
  "errors.list": run,
} as const;

export interface RunResults {
  "runs.list": readonly RunSummary[];
  "runs.get": RunDetail;
  "runs.launch": { readonly run: string };
  "runs.resume": { readonly run: string };
  "runs.control": { readonly id: string };
  "series.get": readonly Series[];
  "evaluations.list": readonly EventOf<"evaluation">[];
  "notices.list": readonly EventOf<"notice">[];
  "errors.list": readonly EventOf<"data_error">[];
}
