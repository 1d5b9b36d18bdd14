/** Rollouts: the steps that have some, their groups, and the channels of one rollout. */
import { z } from "zod";
import type { Augmentation, FrameRef, Gate, Violation } from "../journal.ts";

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
  /** What was done about the prompt's difficulty, where the stage minds it. */
  readonly augmentation?: Augmentation | undefined;
  readonly violation?: Violation | null | undefined;
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

export const rolloutInputs = {
  "rollouts.steps": z.object({ run: z.string() }),
  "rollouts.groups": z.object({ run: z.string(), step: z.number().int() }),
  "rollouts.tokens": z.object({ run: z.string(), rollout: z.number().int() }),
} as const;

export interface RolloutResults {
  "rollouts.steps": readonly StepIndexEntry[];
  "rollouts.groups": readonly GroupView[];
  "rollouts.tokens": TokenChannels;
}
