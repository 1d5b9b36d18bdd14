/** What is watched while a run goes on: alerts, commands and their effect, the course of its steps, and its log. */
import { z } from "zod";
import type { Alert, AlertRule } from "../alerts.ts";

/** A command to a run: who asked for what, and what became of it. */
export interface ControlEntry {
  readonly id: string;
  readonly command: string;
  /** The value of a knob, or null. */
  readonly knob: string | null;
  readonly value: number | null;
  /** When it was given, milliseconds since 1970; null for commands of other writers. */
  readonly askedAt: number | null;
  /** When the worker took it; null while it waits for the next step boundary. */
  readonly answeredAt: number | null;
  readonly step: number | null;
  readonly accepted: boolean | null;
  readonly outcome: string | null;
}

/** One update on the clock. */
export interface StepTiming {
  readonly step: number;
  readonly stage: string;
  readonly endedAt: number;
  /** Milliseconds by phase, in the order in which the worker goes through them. */
  readonly timings: readonly (readonly [phase: string, milliseconds: number])[];
}

/** What the worker did between updates. */
export interface PhaseSpan {
  readonly phase: string;
  readonly stage: string | null;
  readonly from: number;
  readonly to: number;
  readonly detail: string | null;
}

export interface Timeline {
  readonly steps: readonly StepTiming[];
  readonly phases: readonly PhaseSpan[];
}

export const LOG_KINDS = [
  "worker",
  "phase",
  "notice",
  "data_error",
  "control",
  "checkpoint",
  "evaluation",
  "run",
] as const;
export type LogKind = (typeof LOG_KINDS)[number];

export interface LogEntry {
  readonly time: number;
  readonly kind: LogKind;
  readonly level: "info" | "warning" | "error";
  readonly step: number | null;
  readonly text: string;
}

const run = z.object({ run: z.string() });

export const watchInputs = {
  "alerts.list": run,
  "alerts.rules": z.object({}),
  "alerts.setRule": z.object({
    id: z.string(),
    threshold: z.number(),
    steps: z.number().int().min(1).max(10_000),
    enabled: z.boolean(),
  }),
  "alerts.resetRules": z.object({}),
  "controls.list": run,
  "timeline.get": z.object({
    run: z.string(),
    /** The last update shown; default: the newest. */
    toStep: z.number().int().optional(),
    count: z.number().int().min(1).max(100),
  }),
  /** The newest lines, oldest first. */
  "logs.get": z.object({ run: z.string(), limit: z.number().int().min(1).max(5000).optional() }),
} as const;

export interface WatchResults {
  "alerts.list": readonly Alert[];
  "alerts.rules": readonly AlertRule[];
  "alerts.setRule": readonly AlertRule[];
  "alerts.resetRules": readonly AlertRule[];
  "controls.list": readonly ControlEntry[];
  "timeline.get": Timeline;
  "logs.get": readonly LogEntry[];
}
