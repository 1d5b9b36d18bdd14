/** Evaluations: what can be measured, what was, item by item, and two of them against each other. */
import { z } from "zod";
import type { EvaluatedItem, EvaluatedModel, EvaluationProgress, EvaluationResult, Protocol } from "../evaluation.ts";
import { MEASURED_VIEWS } from "../evaluation.ts";

export interface PublishedScore {
  readonly model: string;
  readonly metric: string;
  /** Percent, as printed. */
  readonly value: number;
  readonly frames: number | null;
  readonly protocol: string;
  readonly source: string;
}

export interface BenchmarkSummary {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly paper: string;
  readonly items: number | null;
  readonly mainMetric: string;
  readonly presets: readonly string[];
  readonly published: readonly PublishedScore[];
  readonly caveat: string | null;
  readonly media: { readonly root: string; readonly note: string };
  /** Some of its answers are free text that somebody has to judge. */
  readonly judged: boolean;
  /** Where its questions lie in this data folder; null: not here. */
  readonly file: string | null;
  /** Where they would be found. */
  readonly wantedAt: string;
}

export interface EvaluationSummary {
  readonly id: string;
  readonly createdAt: number;
  readonly benchmark: { readonly id: string; readonly title: string; readonly limit: number | null };
  readonly importedFrom: string | null;
  readonly models: readonly EvaluatedModel[];
  readonly protocol: Protocol;
  readonly state: "running" | "done" | "stopped" | "failed";
  readonly progress: EvaluationProgress | null;
  /** Null until it is done. */
  readonly result: EvaluationResult | null;
}

/** A held-out measurement that a run journalled while it trained. */
export interface JournalledScore {
  readonly run: string;
  readonly runName: string;
  readonly label: string;
  readonly step: number;
  readonly n: number;
  readonly accuracy: number;
  readonly interval: readonly [number, number];
  readonly accuracyShuffled: number | null;
}

export interface EvaluationsOverview {
  readonly benchmarks: readonly BenchmarkSummary[];
  /** Newest first. */
  readonly evaluations: readonly EvaluationSummary[];
  readonly journalled: readonly JournalledScore[];
}

export interface EvaluationChoices {
  readonly models: readonly EvaluatedModel[];
  readonly presets: readonly { readonly name: string; readonly about: string; readonly protocol: Protocol }[];
}

/** One row of the list of items. */
export interface EvaluatedItemRow {
  readonly position: number;
  readonly sampleId: string;
  readonly type: string;
  readonly question: string;
  readonly answer: string;
  readonly prediction: string;
  /** Null when it could not be asked. */
  readonly score: number | null;
  /** The law that the clip breaks, where the row says of one. */
  readonly law: string | null;
  /** Main score of the evaluation's other models on this item and view, by model; null where unanswered. */
  readonly others: readonly (number | null)[];
}

export interface EvaluatedItemDetail {
  readonly item: EvaluatedItem;
  readonly frameUrls: readonly string[];
  readonly videoUrl: string | null;
  /** The same question under the evaluation's other views and models. */
  readonly elsewhere: readonly {
    readonly model: number;
    readonly view: string;
    readonly prediction: string;
    readonly score: number | null;
  }[];
}

export interface EvaluationComparison {
  readonly left: { readonly label: string; readonly evaluation: string; readonly model: number; readonly view: string };
  readonly right: {
    readonly label: string;
    readonly evaluation: string;
    readonly model: number;
    readonly view: string;
  };
  readonly benchmark: string;
  /** What differs between the two protocols; shown before any number. */
  readonly differences: readonly {
    readonly name: string;
    readonly left: string;
    readonly right: string;
    readonly effect: string;
  }[];
  readonly n: number;
  readonly leftScore: { readonly value: number; readonly interval: readonly [number, number] };
  readonly rightScore: { readonly value: number; readonly interval: readonly [number, number] };
  readonly difference: number;
  readonly interval: readonly [number, number];
  readonly p: number;
  readonly test: string;
  readonly statement: string;
  readonly gained: readonly { readonly sampleId: string; readonly type: string }[];
  readonly lost: readonly { readonly sampleId: string; readonly type: string }[];
}

const one = z.object({
  evaluation: z.string(),
  model: z.number().int().min(0).max(1000),
  view: z.enum(MEASURED_VIEWS),
});

export const evaluationInputs = {
  "evaluations.overview": z.object({}),
  "evaluations.choices": z.object({}),
  "evaluations.start": z.object({
    benchmark: z.string(),
    file: z.string().optional(),
    models: z.array(z.string()).min(1).max(16),
    preset: z.string().optional(),
    mediaRoot: z.string().optional(),
    limit: z.number().int().min(1).optional(),
    frames: z.number().int().min(2).max(4096).optional(),
    views: z.array(z.enum(MEASURED_VIEWS)).min(1).optional(),
    /** A checkpoint's folder, or a service's address with the model that it runs. Default: the rule. */
    judge: z.object({ at: z.string(), model: z.string().optional() }).optional(),
  }),
  /** A result file as Video-R1's scripts write it becomes an evaluation. */
  "evaluations.import": z.object({
    file: z.string().min(1),
    benchmark: z.string(),
    modelName: z.string().trim().min(1).max(200),
    preset: z.string().optional(),
  }),
  "evaluations.continue": z.object({ evaluation: z.string() }),
  "evaluations.stop": z.object({ evaluation: z.string() }),
  "evaluations.items": one,
  "evaluations.item": one.extend({ sampleId: z.string() }),
  "evaluations.compare": z.object({ left: one, right: one }),
} as const;

export interface EvaluationResults {
  "evaluations.overview": EvaluationsOverview;
  "evaluations.choices": EvaluationChoices;
  "evaluations.start": { readonly evaluation: string };
  "evaluations.import": { readonly evaluation: string; readonly rows: number; readonly reproduced: number };
  "evaluations.continue": { readonly evaluation: string };
  "evaluations.stop": { readonly stopped: boolean };
  "evaluations.items": readonly EvaluatedItemRow[];
  "evaluations.item": EvaluatedItemDetail;
  "evaluations.compare": EvaluationComparison;
}
