/**
 * What an evaluation leaves in `<data>/evaluations/<id>/`: the request with its whole protocol, one line an item, and the
 * summary. Items and summary hold no time of day and no speed: the same request gives the same bytes.
 */
import { z } from "zod";
import { frameRefSchema, violationSchema } from "./journal.ts";

export const EVALUATION_VERSION = 1;

/** Names inside an evaluation's folder. */
export const EVALUATION_FOLDER = {
  request: "evaluation.json",
  /** The benchmark's description as it was when the evaluation began. */
  benchmark: "benchmark.json",
  /** Items of model number `model`, in the order of the benchmark. */
  items: (model: number) => `items.${model}.ndjson`,
  result: "result.json",
  progress: "progress.json",
  lease: "lease.json",
  log: "worker.log",
} as const;

export const MEASURED_VIEWS = ["ordered", "shuffled", "reversed", "masked", "question-only"] as const;
export const EXTRACTION_RULES = ["video-r1", "careful", "vsibench", "first-character"] as const;
export type ExtractionRule = (typeof EXTRACTION_RULES)[number];

export const promptSchema = z.object({
  name: z.string(),
  system: z.string().nullable(),
  body: z.string(),
  optionsBlock: z.string(),
  optionSeparator: z.string(),
  suffixes: z.record(z.string(), z.string()),
});

/** A model that judges free answers in the rule's place: a checkpoint on the engine, or a service with OpenAI's protocol. */
export const answerJudgeSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("checkpoint"), folder: z.string().min(1) }),
  /** The address up to and without `/chat/completions`; the key is in the environment and never kept. */
  z.object({ kind: z.literal("endpoint"), address: z.string().min(1), model: z.string().min(1) }),
]);
export type AnswerJudgeSource = z.infer<typeof answerJudgeSchema>;

/** Everything that can move a score besides the weights and the questions. Stored with every score. */
export const protocolSchema = z.object({
  /** Name of the preset it started from, and `*` after it when something was changed. */
  preset: z.string(),
  vision: z.object({
    minPixels: z.number().int(),
    maxPixels: z.number().int(),
    totalPixels: z.number().int(),
    fps: z.number(),
    minFrames: z.number().int(),
    maxFrames: z.number().int(),
    /** 0: the true value of each clip is told to the model. */
    secondsPerGrid: z.number(),
  }),
  positionRule: z.enum(["vllm", "hf5"]),
  prompt: promptSchema,
  /** 16 hex digits of the SHA-256 of the prompt's content. */
  promptHash: z.string(),
  subtitles: z.boolean(),
  /** 0: greedy. */
  temperature: z.number(),
  topP: z.number(),
  maxTokens: z.number().int(),
  /** Of sampling, shuffles and the choice of a part of the items. */
  seed: z.number().int(),
  views: z.array(z.enum(MEASURED_VIEWS)).min(1),
  extraction: z.enum(EXTRACTION_RULES),
  /** Who judges free answers; absent: the rule. */
  judge: answerJudgeSchema.optional(),
});
export type Protocol = z.infer<typeof protocolSchema>;

export const evaluatedModelSchema = z.object({
  label: z.string(),
  /** Hugging Face directory. */
  directory: z.string(),
  /** SHA-256 over its weight files: which weights were measured, wherever they lie. "" until the worker has read them. */
  weights: z.string(),
  run: z.string().nullable(),
  step: z.number().int().nullable(),
});
export type EvaluatedModel = z.infer<typeof evaluatedModelSchema>;

export const evaluationRequestSchema = z.object({
  version: z.literal(EVALUATION_VERSION),
  id: z.string(),
  createdAt: z.number(),
  /** Of an imported result file: its place. Such an evaluation is never run. */
  importedFrom: z.string().optional(),
  benchmark: z.object({
    id: z.string(),
    title: z.string(),
    /** The file with the questions, as published, and its SHA-256 ("" until the worker has read it). */
    file: z.string(),
    fileHash: z.string(),
    /** At most so many items; null: all. */
    limit: z.number().int().nullable(),
  }),
  mediaRoot: z.string(),
  models: z.array(evaluatedModelSchema).min(1),
  protocol: protocolSchema,
});
export type EvaluationRequest = z.infer<typeof evaluationRequestSchema>;

/** One question, one view, one model. An item that could not be asked has an `error`, no scores and counts as not answered. */
export const evaluatedItemSchema = z.object({
  /** Place among the evaluation's items, from 0. */
  position: z.number().int(),
  sampleId: z.string(),
  view: z.string(),
  problemType: z.string(),
  /** What scores are broken down by: `type`, and where the benchmark has them `duration`, `source` and others. */
  groups: z.record(z.string(), z.string()),
  question: z.string(),
  options: z.array(z.string()),
  answer: z.string(),
  /** What is impossible in the clip, where the row says so. */
  violation: violationSchema.nullable().optional(),
  text: z.string(),
  prediction: z.string(),
  /** Why the prediction was read as it was, in a few words. */
  extraction: z.string(),
  /** By metric, the main one first. */
  scores: z.record(z.string(), z.number()),
  format: z.number(),
  tokens: z.number().int(),
  stopReason: z.string(),
  /** Sum of the completion's token log-probabilities, nats. */
  logProb: z.number(),
  media: z
    .object({
      kind: z.enum(["image", "video"]),
      path: z.string(),
      contentHash: z.string(),
      width: z.number().int(),
      height: z.number().int(),
      secondsPerGrid: z.number(),
      frames: z.array(frameRefSchema),
    })
    .nullable(),
  error: z.object({ file: z.string(), place: z.string(), reason: z.string(), remedy: z.string() }).nullable(),
});
export type EvaluatedItem = z.infer<typeof evaluatedItemSchema>;

export const measuredSchema = z.object({
  n: z.number().int(),
  value: z.number(),
  /** 95 % percentile bootstrap interval. */
  interval: z.tuple([z.number(), z.number()]),
});
export type Measured = z.infer<typeof measuredSchema>;

export const viewSummarySchema = z.object({
  /** Items answered. */
  n: z.number().int(),
  /** Items that could not be asked, their media missing for the most part. */
  errors: z.number().int(),
  /** By metric; the benchmark's main metric first. */
  metrics: z.record(z.string(), measuredSchema),
  /** Main metric by `type`, `duration`, `source` … and value. */
  breakdowns: z.record(z.string(), z.record(z.string(), measuredSchema)),
  formatRate: z.number(),
  meanTokens: z.number(),
  /** Share of completions that were cut off by the token limit. */
  truncatedRate: z.number(),
  /** Share whose reasoning ends on the answer that was given, among those whose reasoning ends on one at all. */
  consistency: z.object({ n: z.number().int(), rate: z.number() }).nullable(),
});
export type ViewSummary = z.infer<typeof viewSummarySchema>;

export const evaluationResultSchema = z.object({
  version: z.literal(EVALUATION_VERSION),
  benchmark: z.object({ id: z.string(), title: z.string(), fileHash: z.string(), items: z.number().int() }),
  /** Name of the metric that stands for the benchmark. */
  mainMetric: z.string(),
  protocol: protocolSchema,
  models: z.array(z.object({ model: evaluatedModelSchema, views: z.record(z.string(), viewSummarySchema) })),
});
export type EvaluationResult = z.infer<typeof evaluationResultSchema>;

/** How far a running evaluation is; rewritten as it goes. */
export interface EvaluationProgress {
  readonly phase: "preparing" | "answering" | "done" | "stopped" | "failed";
  /** Answers of all models and views. */
  readonly done: number;
  readonly total: number;
  readonly itemsPerSecond: number | null;
  readonly secondsLeft: number | null;
  readonly message: string | null;
}
