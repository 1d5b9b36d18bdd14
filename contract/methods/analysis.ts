/** What the rollouts of a whole run say together: self-corrections, dead groups, one prompt over time. */
import { z } from "zod";
import type { RolloutView } from "./rollouts.ts";

/** How many rollouts of a step take something back. Counted on the view that is trained on. */
export interface CorrectionPoint {
  readonly step: number;
  readonly rollouts: number;
  readonly hesitations: number;
  readonly rechecks: number;
  readonly flips: number;
  /** With at least one of the three. */
  readonly any: number;
  /** Of those, how many ended with the right answer; and of all the others. */
  readonly anyCorrect: number;
  readonly othersCorrect: number;
}

/** One rollout that takes something back, with what is needed to read it and to go there. */
export interface CorrectionExample extends RolloutView {
  readonly step: number;
  readonly pair: string;
  readonly view: string;
  readonly question: string;
  readonly answer: string;
  readonly task: string;
}

/** The trained groups of a run in little: what a map needs of each. */
export interface GroupMap {
  readonly samples: readonly string[];
  readonly tasks: readonly string[];
  readonly cells: readonly GroupCell[];
}
export interface GroupCell {
  readonly step: number;
  readonly pair: string;
  /** Positions in `samples` and `tasks`. */
  readonly sample: number;
  readonly task: number;
  readonly rewardStd: number | null;
  readonly accuracy: number;
  readonly dead: boolean;
}

/** One prompt's answers at one moment: a trained group, or the item of an evaluation. */
export interface PromptMoment {
  readonly kind: "group" | "evaluation";
  readonly step: number;
  /** Stage of the group, or which policy the evaluation measured. */
  readonly label: string;
  readonly view: string;
  /** Null for evaluations. */
  readonly pair: string | null;
  readonly answers: readonly { readonly text: string; readonly prediction: string; readonly score: number }[];
}
export interface PromptHistory {
  readonly sampleId: string;
  readonly question: string;
  readonly options: readonly string[];
  readonly answer: string;
  readonly task: string;
  /** By step. */
  readonly moments: readonly PromptMoment[];
}
/** A prompt that a run met at several moments. */
export interface RepeatedPrompt {
  readonly sampleId: string;
  readonly task: string;
  readonly moments: number;
  /** Score of the first and of the last moment, ordered view: what changed. */
  readonly first: number;
  readonly last: number;
}

/** What a verifier found of one rollout: each check is true where it is passed. */
export interface RolloutVerdict {
  readonly accuracy: boolean;
  readonly consistency: boolean;
  readonly repetition: boolean;
  readonly length: boolean;
  readonly thinkingTokens: number;
  readonly derivedAnswer: string | null;
  readonly why: string;
  readonly judge: string;
  readonly secondConsistency: boolean | null;
  readonly secondJudge: string | null;
}

/** One side of a pair: a rollout, or a text that was put together from rollouts and ends on that one's answer. */
export interface PairSideView {
  readonly rollout: RolloutView;
  readonly text: string;
  readonly composed: boolean;
  /** Of the rollout; null where the journal has none. */
  readonly verdict: RolloutVerdict | null;
}

/** A journalled preference pair with its two rollouts. */
export interface PreferencePair {
  readonly id: number;
  readonly step: number;
  readonly pair: string;
  readonly sampleId: string;
  /** In the group that both come from. */
  readonly rollouts: number;
  /** The rule's name, and the stage that learns from the pair; null where the journal does not say. */
  readonly kind: string | null;
  readonly stage: string | null;
  /** Whose rollouts they are: this run's, or one's that it branches from. */
  readonly run: string;
  readonly question: string;
  readonly answer: string;
  readonly chosen: PairSideView;
  readonly rejected: PairSideView;
  readonly verdict: string;
  readonly rationale: string;
  readonly usedAtStep: number | null;
  readonly margin: number | null;
}

const run = z.object({ run: z.string() });

export const analysisInputs = {
  "analysis.corrections": run,
  "analysis.correctionExamples": z.object({
    run: z.string(),
    fromStep: z.number().int(),
    toStep: z.number().int(),
    kind: z.enum(["any", "hesitation", "recheck", "flip"]),
    limit: z.number().int().min(1).max(200).optional(),
  }),
  "analysis.groupMap": run,
  "analysis.repeatedPrompts": run,
  "analysis.promptHistory": z.object({ run: z.string(), sampleId: z.string() }),
  "analysis.preferencePairs": run,
} as const;

export interface AnalysisResults {
  "analysis.corrections": readonly CorrectionPoint[];
  "analysis.correctionExamples": readonly CorrectionExample[];
  "analysis.groupMap": GroupMap;
  "analysis.repeatedPrompts": readonly RepeatedPrompt[];
  "analysis.promptHistory": PromptHistory;
  "analysis.preferencePairs": readonly PreferencePair[];
}
