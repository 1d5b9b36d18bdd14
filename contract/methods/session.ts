/** What the playground asks of the session worker. Tokens come as pushes of topic `session` with the call's name. */
import { z } from "zod";
import { FRAME_CHANGES, frameChangeSchema } from "../session.ts";
import type { AskResult, InfluenceResult, ReplayPlan, ReplayResult, Shown } from "../session.ts";

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
});

export const sessionMethodInputs = {
  "session.models": z.object({}),
  /** Questions of the sample pack, the first of them. */
  "session.samples": z.object({}),
  "session.ask": playQuestionSchema.extend({
    temperature: z.number().min(0).max(10),
    topP: z.number().gt(0).max(1),
    maxTokens: z.number().int().min(1).max(16_384),
    seed: z.number().int().min(0),
    change: frameChangeSchema.nullable(),
  }),
  "session.influence": playQuestionSchema.extend({
    completion: z.string().min(1).max(200_000),
    kind: z.enum(FRAME_CHANGES),
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
  "session.cancel": { readonly cancelled: boolean };
  "session.replayPlan": ReplayPlan;
  "session.replay": ReplayResult;
}
