/** What the playground asks of the session worker. Tokens come as pushes of topic `session` with the call's name. */
import { z } from "zod";
import { FRAME_CHANGES, frameChangeSchema } from "../session.ts";
import type { AskResult, InfluenceResult, ReplayPlan, ReplayResult, ScoreResult, Shown } from "../session.ts";

/** Something that can be asked: a checkpoint with weights, or the base model. */
export interface AskableModel {
  readonly directory: string;
  readonly label: string;
  readonly run: string | null;
  readonly step: number | null;
  /** What it was trained with, for the sampler's first values. */
  readonly temperature: number;
  readonly maxTokens: number;
  readonly frames: number;
}

/** A medium that may be shown: by a run's rollout, or by a file under a registered root. */
export interface AskableSample {
  readonly id: string;
  readonly path: string;
  readonly kind: "image" | "video";
  readonly question: string;
  readonly options: readonly string[];
  readonly answer: string;
}

/** A logged rollout as something that can be asked again. */
export interface RolloutOrigin {
  readonly run: string;
  readonly rollout: number;
  /** As the journal names it. */
  readonly group: string;
  readonly index: number;
  readonly step: number;
  readonly view: string;
  /** Null: asked without a medium, or its file is gone. */
  readonly path: string | null;
  readonly question: string;
  readonly options: readonly string[];
  readonly answer: string;
  readonly problemType: string;
  /** What was answered. */
  readonly text: string;
  /** Of a shuffled view. */
  readonly order: readonly number[] | null;
  /** The run's checkpoint with weights that is nearest to the step; null: it kept none. */
  readonly model: string | null;
  readonly modelStep: number | null;
}

const call = z.string().regex(/^[\w-]{1,64}$/);

export const playQuestionSchema = z.object({
  /** Chosen by the window; its pushes carry it, and `session.cancel` ends it. */
  call,
  model: z.string().min(1),
  /** Absolute, under a registered media root; null: the question alone. */
  path: z.string().max(4096).nullable(),
  question: z.string().min(1).max(100_000),
  options: z.array(z.string().max(10_000)).max(100),
  frames: z.number().int().min(1).max(1024).nullable(),
  /** Pixels of a frame at most; nothing: as the checkpoint was trained. */
  pixels: z.number().int().min(784).max(16_777_216).nullish(),
  order: z.array(z.number().int().min(0)).min(1).max(1024).nullish(),
});

export const sessionMethodInputs = {
  "session.models": z.object({}),
  /** Questions of the sample pack, the first of them. */
  "session.samples": z.object({}),
  "session.ask": playQuestionSchema.extend({
    temperature: z.number().min(0).max(10),
    topP: z.number().gt(0).max(1),
    topK: z.number().int().min(0).max(100_000).optional(),
    maxTokens: z.number().int().min(1).max(16_384),
    seed: z.number().int().min(0),
    change: frameChangeSchema.nullable(),
  }),
  "session.influence": playQuestionSchema.extend({
    completion: z.string().min(1).max(200_000),
    kind: z.enum(FRAME_CHANGES),
  }),
  /** How likely a text is as the answer, token by token. */
  "session.score": playQuestionSchema.extend({ completion: z.string().min(1).max(200_000) }),
  "session.origin": z.object({ run: z.string(), rollout: z.number().int() }),
  /** A file that the window has, in pieces, first to last; asked about by the path that the last piece is answered with. */
  "session.upload": z.object({
    upload: z.string().regex(/^[\w-]{8,64}$/),
    name: z.string().min(1).max(500),
    base64: z.string().max(900_000),
    last: z.boolean(),
  }),
  "session.cancel": z.object({ call }),
  "session.replayPlan": z.object({ run: z.string(), step: z.number().int().min(1) }),
  "session.replay": z.object({ call, run: z.string(), group: z.string(), index: z.number().int().min(0) }),
} as const;

/** Signed addresses of what the model saw. */
interface WithFrames {
  readonly frameUrls: readonly string[];
}

export interface SessionMethodResults {
  "session.models": readonly AskableModel[];
  "session.samples": readonly AskableSample[];
  "session.ask": AskResult & WithFrames;
  "session.influence": InfluenceResult & WithFrames & { readonly shown: Shown };
  "session.score": ScoreResult;
  "session.origin": RolloutOrigin;
  "session.upload": { readonly path: string | null };
  "session.cancel": { readonly cancelled: boolean };
  "session.replayPlan": ReplayPlan;
  "session.replay": ReplayResult;
}
