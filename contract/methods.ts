/**
 * The window's methods and subscriptions over the one WebSocket. Requests are `{id, method, params}`, answers
 * `{id, result}` or `{id, error: {code, message, remedy}}`, pushes `{topic, event}`. Inputs are validated by the service
 * with these schemas; results are typed.
 */
import { z } from "zod";
import type { EventOf, FrameRef, Gate } from "./journal.ts";
import type { Panel } from "./panels.ts";

export const CONTRACT_VERSION = 1;

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
  /** About 40 values of `reward` (or `loss` before RL starts) for the sparkline. */
  readonly sparkline: readonly number[];
  /** Newest held-out accuracy. */
  readonly heldOut: number | null;
  readonly secondsPerStep: number | null;
  readonly etaSec: number | null;
  readonly dataErrors: number;
  readonly alive: boolean;
}

export interface RunDetail extends RunSummary {
  readonly config: Readonly<Record<string, unknown>>;
  readonly stages: readonly { readonly name: string; readonly kind: string; readonly steps: number }[];
  readonly model: { readonly directory: string; readonly parameters: number } | null;
  readonly engine: Readonly<Record<string, unknown>>;
  readonly metricNames: readonly string[];
  /** Of a recipe that does not come with the program; empty for the others. */
  readonly panels: readonly Panel[];
  readonly checkpoints: readonly { readonly step: number; readonly path: string; readonly label: string | null }[];
  readonly folder: string;
}

/** One bucket of a downsampled series: spikes survive as min and max. */
export interface SeriesPoint {
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

export interface StepIndexEntry {
  readonly step: number;
  readonly groups: number;
  readonly rewardMean: number | null;
  readonly accuracy: number | null;
}

export interface RolloutView {
  readonly id: number;
  readonly index: number;
  readonly text: string;
  readonly stopReason: string;
  readonly prediction: string;
  readonly correct: boolean;
  readonly rewards: Readonly<Record<string, number>>;
  readonly reward: number;
  readonly advantage: number | null;
  readonly tokenCount: number;
}

export interface GroupView {
  readonly group: string;
  readonly pair: string;
  readonly step: number;
  readonly stage: string;
  readonly view: string;
  readonly sampleId: string;
  readonly task: string;
  readonly problemType: string;
  readonly question: string;
  readonly options: readonly string[];
  readonly answer: string;
  readonly promptText: string;
  readonly promptTokens: number;
  readonly rewardMean: number | null;
  readonly rewardStd: number | null;
  readonly dead: boolean;
  readonly gate: Gate | null;
  readonly trained: boolean;
  readonly media: {
    readonly kind: "image" | "video";
    readonly path: string;
    readonly contentHash: string;
    readonly width: number;
    readonly height: number;
    readonly secondsPerGrid: number;
    readonly permutation: readonly number[] | null;
    readonly frames: readonly FrameRef[];
    readonly tokenSpans: readonly (readonly [number, number])[];
    /** Signed, short-lived. */
    readonly frameUrls: readonly string[];
    readonly videoUrl: string | null;
  } | null;
  readonly rollouts: readonly RolloutView[];
}

/** Per-token arrays of one rollout, with the text of each token. */
export interface TokenChannels {
  readonly tokens: readonly string[];
  readonly ids: readonly number[];
  readonly channels: Readonly<Record<string, readonly number[]>>;
}

export interface RecipeSummary {
  readonly id: string;
  readonly title: string;
  readonly paper: string;
  readonly summary: string;
  readonly presets: readonly string[];
}

export interface DoctorCheck {
  readonly name: string;
  readonly state: "ok" | "warning" | "missing";
  readonly detail: string;
  readonly remedy: string | null;
}

export interface JournalAudit {
  readonly run: string;
  /** Whole lines in the journals now. */
  readonly journal: number;
  readonly indexed: number;
}

const run = z.object({ run: z.string() });

/** Input schema of every method. */
export const methodInputs = {
  "runs.list": z.object({}),
  "runs.get": run,
  "runs.launch": z.object({
    recipe: z.string(),
    preset: z.string(),
    name: z.string().optional(),
    seed: z.number().int().optional(),
    overrides: z.record(z.string(), z.unknown()).optional(),
    model: z.string().optional(),
    data: z.record(z.string(), z.string()).optional(),
  }),
  "runs.resume": run,
  "runs.control": z.object({ run: z.string(), command: z.record(z.string(), z.unknown()) }),
  "series.get": z.object({
    run: z.string(),
    metrics: z.array(z.string()).max(200),
    maxPoints: z.number().int().min(2).max(5000).optional(),
    fromStep: z.number().int().optional(),
    toStep: z.number().int().optional(),
  }),
  "evaluations.list": run,
  "notices.list": run,
  "errors.list": run,
  "rollouts.steps": run,
  "rollouts.groups": z.object({ run: z.string(), step: z.number().int() }),
  "rollouts.tokens": z.object({ run: z.string(), rollout: z.number().int() }),
  "recipes.list": z.object({}),
  "system.doctor": z.object({}),
  "system.audit": run,
} as const;

export interface MethodResults {
  "runs.list": readonly RunSummary[];
  "runs.get": RunDetail;
  "runs.launch": { readonly run: string };
  "runs.resume": { readonly run: string };
  "runs.control": { readonly id: string };
  "series.get": readonly Series[];
  "evaluations.list": readonly EventOf<"evaluation">[];
  "notices.list": readonly EventOf<"notice">[];
  "errors.list": readonly EventOf<"data_error">[];
  "rollouts.steps": readonly StepIndexEntry[];
  "rollouts.groups": readonly GroupView[];
  "rollouts.tokens": TokenChannels;
  "recipes.list": readonly RecipeSummary[];
  "system.doctor": readonly DoctorCheck[];
  "system.audit": JournalAudit;
}

export type Method = keyof MethodResults & keyof typeof methodInputs;
export type MethodInput<Name extends Method> = z.input<(typeof methodInputs)[Name]>;
export type MethodResult<Name extends Method> = MethodResults[Name];

/** Pushed by the service. `seq` grows by one for each push of a connection's topic: a gap means: ask again. */
export type Push =
  | { readonly topic: "runs"; readonly seq: number; readonly runs: readonly RunSummary[] }
  | {
      readonly topic: "run";
      readonly seq: number;
      readonly run: string;
      readonly step: number;
      readonly kinds: readonly string[];
    };

export interface MethodError {
  readonly code: "BAD_REQUEST" | "NOT_FOUND" | "CONFLICT" | "INTERNAL" | "UNAUTHORIZED";
  readonly message: string;
  readonly remedy: string;
}

/** The mutual hello, before anything else is said. Proofs are HMAC-SHA256 over the other side's nonce with the token. */
export type HelloMessage =
  | { readonly hello: "client"; readonly contract: number; readonly nonce: string }
  | { readonly hello: "service"; readonly contract: number; readonly nonce: string; readonly proof: string }
  | { readonly hello: "proof"; readonly proof: string }
  | { readonly hello: "welcome" }
  | { readonly hello: "refused"; readonly reason: string };
