/**
 * The journal: what a run worker appends to `journal.<rank>.ndjson`, one JSON object a line. It is the truth of a run;
 * every index is built from it. `docs/journal.md` explains it with examples. Unknown event types and unknown fields are
 * kept and skipped by readers, so that an external trainer may add its own.
 */
import { z } from "zod";
import { panelSchema } from "./panels.ts";

export const JOURNAL_VERSION = 1;

/** Number or null: JSON has no NaN and no infinity; a value that was not finite is null and named in `nonFinite`. */
const finite = z.number().nullable();

const envelope = {
  v: z.literal(JOURNAL_VERSION),
  /** Which start of the run wrote the line: 1, then one more for each resume. */
  attempt: z.number().int().min(1),
  /** Position of the event in its attempt and rank, from 0, without gaps. */
  seq: z.number().int().min(0),
  /** Milliseconds since 1970. */
  time: z.number(),
};

/** Which frames went in: pixels by content hash, source frame index and presentation time. */
export const frameRefSchema = z.object({
  /** sha256 of the raw RGB bytes, hex: the name of the frame in the frame store. */
  hash: z.string(),
  /** Index in the source video, counted in presentation order; 0 for a still image. */
  index: z.number().int(),
  ptsSec: z.number(),
});

/** Where per-token arrays lie in `tokens.<rank>.bin`: channels one after the other, little endian, 4 bytes a value. */
export const tokenBlockSchema = z.object({
  offset: z.number().int(),
  bytes: z.number().int(),
  /** CRC-32 of the block. */
  crc: z.number().int(),
  count: z.number().int(),
  /** First `ids` (int32); then float32 channels such as `logProb`, `oldLogProb`, `referenceLogProb`, `entropy`, `weight`. */
  channels: z.array(z.string()),
});

export const runStartedSchema = z.object({
  ...envelope,
  type: z.literal("run_started"),
  run: z.string(),
  name: z.string(),
  recipe: z.string(),
  preset: z.string(),
  seed: z.number().int(),
  /** The whole effective configuration, frozen. */
  config: z.record(z.string(), z.unknown()),
  model: z.object({ directory: z.string(), parameters: z.number() }),
  totalSteps: z.number().int(),
  stages: z.array(z.object({ name: z.string(), kind: z.string(), steps: z.number().int() })),
  engine: z.record(z.string(), z.unknown()),
  /** `runtime`: hash of the packaged program that trained; absent in development. */
  host: z.object({ name: z.string(), pid: z.number().int(), node: z.string(), runtime: z.string().optional() }),
  /** What the recipe asks the window to show; only where the window does not know the recipe. */
  panels: z.array(panelSchema).optional(),
});

export const resumeSchema = z.object({
  ...envelope,
  type: z.literal("resume"),
  /** Steps of older attempts greater than this one are superseded. */
  fromStep: z.number().int(),
});

/** What the worker is doing now; the last one is the run's phase on screen. */
export const phaseSchema = z.object({
  ...envelope,
  type: z.literal("phase"),
  phase: z.enum(["preparing", "decoding", "training", "evaluating", "checkpointing", "paused", "finalizing"]),
  stage: z.string().nullable(),
  step: z.number().int(),
  detail: z.string().optional(),
});

/** One optimiser step (or one skipped one). Metric names follow TRL and verl: docs/journal.md lists them. */
export const stepSchema = z.object({
  ...envelope,
  type: z.literal("step"),
  /** Counts all updates of the run over its stages, from 1. */
  step: z.number().int(),
  stage: z.string(),
  stageStep: z.number().int(),
  metrics: z.record(z.string(), finite),
  /** Wall time by phase, milliseconds: data, vision, rollout, reward, reference, update, save … */
  timings: z.record(z.string(), z.number()),
  /** Bytes by purpose, and `peak`. */
  memory: z.record(z.string(), z.number()).optional(),
  nonFinite: z.array(z.string()).optional(),
});

/** T-GRPO's gate for one prompt. */
export const gateSchema = z.object({
  /** Mean or share of correct answers of the ordered group, by `rule`. */
  p: z.number(),
  pShuffled: z.number(),
  mu: z.number(),
  rule: z.enum(["mean", "proportion"]),
  passed: z.boolean(),
  /** Indexes of the ordered rollouts that got the bonus. */
  eligible: z.array(z.number().int()),
  alpha: z.number(),
  apply: z.enum(["reward", "advantage"]),
});

/** How difficult a prompt was beside recent ones, and what was done about it before the rollouts that were trained on. */
export const augmentationSchema = z.object({
  mode: z.enum(["none", "hint", "noise"]),
  /** Mean reward of the prompt as it stands in the data, and whether no reward differed. */
  rewardBefore: z.number(),
  deadBefore: z.boolean(),
  /** Reference minus `rewardBefore`: above 0 the prompt is hard; null while there is no history. */
  delta: z.number().nullable(),
  level: z.number(),
  /** What the question got, without "Hint: ". */
  hint: z.string().nullable(),
  /** Deviation of the noise, pixels in [0, 1]. */
  sigma: z.number().nullable(),
});

/** What is impossible in a clip, where its row says so. */
export const violationSchema = z.object({
  /** A short name for the law that is broken. */
  law: z.string(),
  /** The law as a sentence. */
  says: z.string(),
  /** The first place among the sampled frames, in order, that shows it. */
  frame: z.number().int().min(0),
  /** The second from which on it is seen. */
  second: z.number().optional(),
});

/** One prompt of one step under one view, with what its rollouts share. */
export const groupSchema = z.object({
  ...envelope,
  type: z.literal("group"),
  step: z.number().int(),
  stage: z.string(),
  /** Unique in the run: `<step>-<position of the prompt in the step>-<view>`. */
  group: z.string(),
  /** Groups of one prompt share it: `<step>-<position>`. */
  pair: z.string(),
  view: z.string(),
  sampleId: z.string(),
  task: z.string(),
  problemType: z.string(),
  question: z.string(),
  options: z.array(z.string()),
  answer: z.string(),
  promptText: z.string(),
  promptHash: z.string(),
  promptTokens: z.number().int(),
  media: z
    .object({
      kind: z.enum(["image", "video"]),
      path: z.string(),
      contentHash: z.string(),
      width: z.number().int(),
      height: z.number().int(),
      secondsPerGrid: z.number(),
      frames: z.array(frameRefSchema),
      /** Row i of the view shows frame permutation[i] of the ordered clip; null when ordered. */
      permutation: z.array(z.number().int()).nullable(),
      /** For each frame, the first and last + 1 of its placeholder tokens in the prompt. */
      tokenSpans: z.array(z.tuple([z.number().int(), z.number().int()])),
    })
    .nullable(),
  /** Null or absent: the row says of no violation. */
  violation: violationSchema.nullable().optional(),
  rewardMean: finite,
  rewardStd: finite,
  /** No reward differs: no gradient from this group. */
  dead: z.boolean(),
  /** Null where the temporal contrast does not apply (images, plain GRPO, shuffled view). */
  gate: gateSchema.nullable(),
  /** Only where the stage minds difficulty. */
  augmentation: augmentationSchema.optional(),
  trained: z.boolean(),
});

export const rolloutSchema = z.object({
  ...envelope,
  type: z.literal("rollout"),
  step: z.number().int(),
  group: z.string(),
  index: z.number().int(),
  text: z.string(),
  stopReason: z.enum(["stop", "length", "abort"]),
  /** Extracted answer, "" when there was none. */
  prediction: z.string(),
  correct: z.boolean(),
  /** Named components as they count, weights applied, e.g. accuracy, format, temporal, length. Their sum is `reward`. */
  rewards: z.record(z.string(), z.number()),
  reward: z.number(),
  advantage: finite,
  /** How likely the reference finds this answer after this thought, 0 .. 1; only where the reward asks for it. */
  answerLikelihood: z.number().nullable().optional(),
  tokens: tokenBlockSchema,
});

export const evaluationSchema = z.object({
  ...envelope,
  type: z.literal("evaluation"),
  step: z.number().int(),
  /** initial, sft, rl … : which policy was measured. */
  label: z.string(),
  split: z.enum(["validation", "heldout", "train"]),
  n: z.number().int(),
  accuracy: z.number(),
  /** On the same items with shuffled frames; null when not measured. */
  accuracyShuffled: z.number().nullable(),
  /** On the same items from the question alone, without a frame; null or absent when not measured. */
  accuracyQuestionOnly: z.number().nullable().optional(),
  /** On time-dependent items only, ordered and shuffled. */
  temporal: z.object({ n: z.number().int(), ordered: z.number(), shuffled: z.number() }).nullable(),
  formatRate: z.number(),
  /** Share of answers to which their reasoning leads, by a rule; reasoning that names nothing counts as not leading there. */
  consistency: z.number().optional(),
  meanLength: z.number(),
  byTask: z.record(z.string(), z.object({ n: z.number().int(), accuracy: z.number() })),
  byType: z.record(z.string(), z.object({ n: z.number().int(), accuracy: z.number() })).optional(),
  /** 95 % percentile bootstrap interval of the accuracy. */
  interval: z.tuple([z.number(), z.number()]),
  protocol: z.record(z.string(), z.unknown()),
});

/** One evaluated item; `evaluation` events summarise them. */
export const evaluationItemSchema = z.object({
  ...envelope,
  type: z.literal("evaluation_item"),
  step: z.number().int(),
  label: z.string(),
  split: z.string(),
  /** ordered, shuffled, or question-only: no frame at all. */
  view: z.string(),
  sampleId: z.string(),
  task: z.string(),
  problemType: z.string().optional(),
  text: z.string(),
  prediction: z.string(),
  answer: z.string(),
  score: z.number(),
  format: z.number(),
  /** Whether the reasoning leads to the answer, by a rule; null: it names nothing. */
  consistent: z.boolean().nullable().optional(),
});

export const checkpointSchema = z.object({
  ...envelope,
  type: z.literal("checkpoint"),
  step: z.number().int(),
  /** Relative to the run folder. */
  path: z.string(),
  kind: z.enum(["full", "weights"]),
  label: z.string().nullable(),
});

/** A row or file that could not be used. The run goes on without it. */
export const dataErrorSchema = z.object({
  ...envelope,
  type: z.literal("data_error"),
  file: z.string(),
  /** Row number, byte offset, frame … */
  place: z.string(),
  reason: z.string(),
  remedy: z.string(),
});

/** A pair for a preference stage: which rollout was preferred to which, who said so, and the update that used it. */
export const preferencePairSchema = z.object({
  ...envelope,
  type: z.literal("preference_pair"),
  step: z.number().int(),
  /** Both rollouts are of this group. */
  group: z.string(),
  chosen: z.number().int(),
  rejected: z.number().int(),
  /** By which rule they were paired (penalty, consistency, reflection …); two rollouts may be paired by several. */
  kind: z.string().optional(),
  /** The stage that learns from it. */
  stage: z.string().optional(),
  /** Another run whose journal holds the group: the one that this run branches from. */
  run: z.string().optional(),
  /** The whole text of a side that no rollout said: it was put together from several. */
  chosenText: z.string().optional(),
  rejectedText: z.string().optional(),
  /** The verifier's decision in a few words, and its reasons. */
  verdict: z.string(),
  rationale: z.string(),
  /** The update that learnt from it; null: none yet. A later line with the same group, rollouts and kind replaces this one. */
  usedAtStep: z.number().int().nullable(),
  /** Implicit reward of the chosen over that of the rejected one when it was used. */
  margin: finite,
});

/** What a verifier found of one prompt's rollouts, before pairs are made of them. Checks are true where they are passed. */
export const verdictsSchema = z.object({
  ...envelope,
  type: z.literal("verdicts"),
  step: z.number().int(),
  /** The stage that asked. */
  stage: z.string(),
  /** Another run whose journal holds the group. */
  run: z.string().optional(),
  group: z.string(),
  /** Who said whether a thought leads to its answer; and who said so besides, for comparison. */
  judge: z.string(),
  secondJudge: z.string().nullable(),
  rollouts: z.array(
    z.object({
      index: z.number().int(),
      accuracy: z.boolean(),
      consistency: z.boolean(),
      /** It does not repeat itself. */
      repetition: z.boolean(),
      /** Its thought is longer than the group's median. */
      length: z.boolean(),
      thinkingTokens: z.number().int(),
      /** To what the thought leads; null: to nothing. */
      derivedAnswer: z.string().nullable(),
      /** The judge's reason. */
      why: z.string(),
      secondConsistency: z.boolean().nullable(),
    }),
  ),
});

export const controlAckSchema = z.object({
  ...envelope,
  type: z.literal("control_ack"),
  id: z.string(),
  command: z.string(),
  step: z.number().int(),
  /** Sentence: what was done, or why it was refused. */
  outcome: z.string(),
  accepted: z.boolean(),
});

export const noticeSchema = z.object({
  ...envelope,
  type: z.literal("notice"),
  level: z.enum(["info", "warning", "error"]),
  message: z.string(),
  step: z.number().int(),
  rule: z.string().optional(),
});

export const runEndedSchema = z.object({
  ...envelope,
  type: z.literal("run_ended"),
  status: z.enum(["completed", "stopped", "failed"]),
  step: z.number().int(),
  reason: z.string(),
});

export const journalEventSchema = z.discriminatedUnion("type", [
  runStartedSchema,
  resumeSchema,
  phaseSchema,
  stepSchema,
  groupSchema,
  rolloutSchema,
  evaluationSchema,
  evaluationItemSchema,
  checkpointSchema,
  dataErrorSchema,
  preferencePairSchema,
  verdictsSchema,
  controlAckSchema,
  noticeSchema,
  runEndedSchema,
]);

export type FrameRef = z.infer<typeof frameRefSchema>;
export type Violation = z.infer<typeof violationSchema>;
export type TokenBlock = z.infer<typeof tokenBlockSchema>;
export type Gate = z.infer<typeof gateSchema>;
export type Augmentation = z.infer<typeof augmentationSchema>;
export type JournalEvent = z.infer<typeof journalEventSchema>;
export type JournalEventType = JournalEvent["type"];
export type EventOf<Type extends JournalEventType> = Extract<JournalEvent, { type: Type }>;
/** What a writer hands over: the journal itself adds version, attempt, sequence and time. */
export type EventBody<Type extends JournalEventType = JournalEventType> = Type extends JournalEventType
  ? Omit<EventOf<Type>, "v" | "attempt" | "seq" | "time">
  : never;
