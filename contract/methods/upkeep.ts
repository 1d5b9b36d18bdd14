/** Looking after a data folder: what is kept of old runs, which folders media may come from, and what to send when asking for help. */
import { z } from "zod";

/** What is kept of the checkpoints of an old run. Those that people asked for stay always. */
export const KEPT_CHECKPOINTS = ["all", "ends", "newest"] as const;

export const retentionRuleSchema = z.object({
  /** Applied by the service itself, when it starts and every few hours; else only when somebody asks. */
  automatic: z.boolean(),
  /** Days since a run ended until it is old. */
  afterDays: z.number().int().min(0).max(3650),
  /** So many of the newest ended runs are never old. */
  keepNewest: z.number().int().min(0).max(100_000),
  checkpoints: z.enum(KEPT_CHECKPOINTS),
  /** Whether the decoded frames that only old runs saw are kept. */
  frames: z.boolean(),
});
export type RetentionRule = z.infer<typeof retentionRuleSchema>;

/** What would go of one run, or went. */
export interface RetentionItem {
  readonly run: string;
  readonly name: string;
  readonly endedAt: number;
  /** Checkpoints, relative to the run's folder. */
  readonly paths: readonly string[];
  readonly bytes: number;
}

export interface RetentionPlan {
  readonly items: readonly RetentionItem[];
  readonly frames: { readonly count: number; readonly bytes: number };
  readonly bytes: number;
  /** Old runs that are left alone, as somebody named, tagged or annotated them. */
  readonly protectedRuns: number;
}

export interface MediaRoot {
  readonly path: string;
  readonly addedAt: number;
  /** Whether the folder is there now. */
  readonly exists: boolean;
  readonly datasets: readonly string[];
}

export interface DiagnosticsBundle {
  /** On the service's machine. */
  readonly path: string;
  readonly bytes: number;
  /** What is inside, file by file. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

export const upkeepInputs = {
  "retention.get": z.object({}),
  "retention.set": retentionRuleSchema,
  /** What this rule would remove now; nothing is touched. */
  "retention.preview": retentionRuleSchema,
  /** Removes it. */
  "retention.apply": retentionRuleSchema,
  "media.roots": z.object({}),
  "media.addRoot": z.object({ path: z.string().min(1).max(4096) }),
  "media.removeRoot": z.object({ path: z.string().min(1).max(4096) }),
  /** Writes an archive into the data folder; nothing is sent anywhere. */
  "system.diagnostics": z.object({}),
} as const;

export interface UpkeepResults {
  "retention.get": RetentionRule;
  "retention.set": RetentionRule;
  "retention.preview": RetentionPlan;
  "retention.apply": RetentionPlan;
  "media.roots": readonly MediaRoot[];
  "media.addRoot": readonly MediaRoot[];
  "media.removeRoot": readonly MediaRoot[];
  "system.diagnostics": DiagnosticsBundle;
}
