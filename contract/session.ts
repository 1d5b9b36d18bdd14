/**
 * What the service asks of its session worker: lines of JSON over the worker's standard input and output. A request is
 * `{id, method, params}`; it is answered by any number of `{id, event}` and one `{id, result}` or `{id, error}`;
 * `{id, cancel: true}` ends one.
 */
import { z } from "zod";
import type { FrameRef } from "./journal.ts";

export const FRAME_CHANGES = ["drop", "blur", "shuffle", "reverse", "repeat", "replace"] as const;

/** A change to the frames that a model is shown. `frame` counts from 0 and is not used by shuffle and reverse. */
export const frameChangeSchema = z.object({
  kind: z.enum(FRAME_CHANGES),
  frame: z.number().int().min(0),
});
export type FrameChange = z.infer<typeof frameChangeSchema>;

const visionSchema = z.object({
  minPixels: z.number().int().positive(),
  maxPixels: z.number().int().positive(),
  totalPixels: z.number().int().positive(),
  fps: z.number().positive(),
  minFrames: z.number().int().min(1),
  maxFrames: z.number().int().min(1).max(4096),
  secondsPerGrid: z.number().min(0),
});

const templateSchema = z.object({
  name: z.string(),
  system: z.string().nullable(),
  body: z.string(),
  optionsBlock: z.string(),
  optionSeparator: z.string(),
  suffixes: z.record(z.string(), z.string()),
});

const samplingSchema = z.object({
  /** 0: greedy. */
  temperature: z.number().min(0).max(10),
  topP: z.number().gt(0).max(1),
  /** 0 or nothing: off. */
  topK: z.number().int().min(0).max(100_000).optional(),
  maxTokens: z.number().int().min(1).max(16_384),
  seed: z.number().int().min(0),
});
export type AskSampling = z.infer<typeof samplingSchema>;

export const mediumSchema = z.object({ path: z.string().min(1), kind: z.enum(["image", "video"]) });
export type Medium = z.infer<typeof mediumSchema>;

/** One question about one medium, asked as training asks it. */
export const questionSchema = z.object({
  /** A Hugging Face folder. */
  model: z.string().min(1),
  medium: mediumSchema.nullable(),
  question: z.string().min(1).max(100_000),
  options: z.array(z.string().max(10_000)).max(100),
  vision: visionSchema,
  template: templateSchema,
  /** Places of the clip's frames in the order in which they are shown, as a shuffled rollout saw them; nothing: in order. */
  order: z.array(z.number().int().min(0)).min(1).max(4096).nullish(),
  change: frameChangeSchema.nullable(),
});
export type Question = z.infer<typeof questionSchema>;

const partSchema = z.union([
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.enum(["image", "video"]) }),
]);

export const sessionInputs = {
  ask: questionSchema.extend({ sampling: samplingSchema }),
  /** Turns as they are, without a template of ours around them; media in order of appearance. */
  chat: z.object({
    model: z.string().min(1),
    messages: z
      .array(
        z.object({
          role: z.enum(["system", "user", "assistant"]),
          content: z.union([z.string(), z.array(partSchema)]),
        }),
      )
      .min(1),
    media: z.array(mediumSchema).max(16),
    vision: visionSchema,
    sampling: samplingSchema,
    n: z.number().int().min(1).max(16),
    stop: z.array(z.string().min(1)).max(4),
  }),
  /** Log-probability of a completion, token by token. */
  score: questionSchema.extend({ completion: z.string().min(1) }),
  /** Change of the answer's log-probability by a change to each frame in turn. */
  influence: questionSchema.extend({ completion: z.string().min(1), kind: z.enum(FRAME_CHANGES) }),
  /** What a replay would cost; nothing is loaded. */
  replayPlan: z.object({ run: z.string(), step: z.number().int().min(1) }),
  /** Generates the rollouts of a step again. `group` and `index` choose the one that is shown. */
  replay: z.object({ run: z.string(), group: z.string(), index: z.number().int().min(0) }),
  /** Generates rollouts again that are picked at random among those whose policy was saved. */
  replayRandom: z.object({ run: z.string(), count: z.number().int().min(1).max(100_000), seed: z.number().int() }),
} as const;

export type SessionMethod = keyof typeof sessionInputs;
export type SessionInput<Name extends SessionMethod> = z.infer<(typeof sessionInputs)[Name]>;

/** What the model saw of the medium. */
export interface Shown {
  readonly kind: "image" | "video";
  readonly width: number;
  readonly height: number;
  readonly frames: readonly FrameRef[];
}

export interface SessionToken {
  readonly id: number;
  readonly text: string;
  /** Raw softmax at temperature 1, nats. */
  readonly logProb: number;
}

export type SessionEvent =
  | { readonly type: "shown"; readonly shown: Shown | null; readonly promptTokens: number }
  | {
      readonly type: "tokens";
      readonly completion: number;
      /** Whole characters since the last event. */
      readonly text: string;
      readonly tokens: readonly SessionToken[];
    }
  | { readonly type: "progress"; readonly text: string };

export interface AnswerResult {
  /** Without the end mark. */
  readonly text: string;
  readonly tokens: readonly SessionToken[];
  /** Of the raw softmax, nats, `[tokens]`; empty where generation was ended by a stop text. */
  readonly entropy: readonly number[];
  readonly stopReason: "stop" | "length" | "abort";
}

export interface AskResult {
  readonly shown: Shown | null;
  readonly promptTokens: number;
  readonly answers: readonly AnswerResult[];
  readonly seconds: number;
}

export interface ScoreResult {
  readonly tokens: readonly SessionToken[];
  readonly logProb: number;
}

export interface FrameInfluence {
  /** With all frames as they are, nats. */
  readonly logProb: number;
  /** For each frame, log-probability with the frame changed minus without: negative where the frame spoke for the text. */
  readonly changes: readonly number[];
}

export interface InfluenceResult {
  readonly shown: Shown;
  readonly kind: FrameChange["kind"];
  /** First and last + 1 token of the answer: the text inside the answer tags, else the whole completion. */
  readonly measured: readonly [number, number];
  /** Of the answer given the reasoning before it, and of both together: an answer may only repeat what was reasoned. */
  readonly answer: FrameInfluence;
  readonly whole: FrameInfluence;
  /** What the measurement cost, and what it would have cost with each changed clip on its own. */
  readonly cost: {
    readonly tokens: number;
    readonly tokensAlone: number;
    readonly seconds: number;
  };
}

export interface ReplayPlan {
  readonly run: string;
  readonly step: number;
  /** Folder of the checkpoint relative to the run's, null: the model that the run started from. */
  readonly checkpoint: string | null;
  /** Updates that are done again before the rollouts can be sampled; 0: at once. */
  readonly updates: number;
  /** By the times in the journal. */
  readonly estimatedSeconds: number;
}

export interface ReplayDifference {
  readonly token: number;
  readonly logged: { readonly id: number; readonly text: string } | null;
  readonly again: { readonly id: number; readonly text: string } | null;
}

export interface ReplayResult extends ReplayPlan {
  readonly group: string;
  readonly index: number;
  readonly identical: boolean;
  /** Of all rollouts of the step. */
  readonly identicalInStep: number;
  readonly rolloutsInStep: number;
  readonly text: string;
  readonly tokens: number;
  readonly firstDifference: ReplayDifference | null;
  /** Why it differs, as far as the files say; null when it does not. */
  readonly cause: string | null;
  readonly seconds: number;
}

export interface RandomReplayResult {
  readonly run: string;
  /** Picked; fewer than asked for where the run has fewer. */
  readonly rollouts: number;
  readonly steps: readonly number[];
  /** Those that came out otherwise: `12-0-ordered/3`. */
  readonly different: readonly string[];
  readonly seconds: number;
}

export interface SessionResults {
  ask: AskResult;
  chat: AskResult;
  score: ScoreResult;
  influence: InfluenceResult;
  replayPlan: ReplayPlan;
  replay: ReplayResult;
  replayRandom: RandomReplayResult;
}
