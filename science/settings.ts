/** The effective settings of a run: what the trainer's stages read. A recipe makes them from a preset and overrides. */
import type { AdvantageMode } from "./advantages.ts";
import type { ConsistencyJudge } from "./judge/consistency-judge.ts";
import type { JudgeSource } from "./judge/judge-source.ts";
import type { LikelihoodForm } from "./answer-likelihood.ts";
import type { DifficultySettings } from "./difficulty.ts";
import type { PolicyObjective } from "./objectives/policy-objective.ts";
import type { PairSettings } from "./preference-pairs.ts";
import type { PromptTemplate } from "./prompts.ts";
import type { Pruning } from "./pruning.ts";
import type { KlTokens } from "./kl-tokens.ts";
import type { FormatOptions } from "./rewards/format.ts";
import type { LengthSettings } from "./rewards/length.ts";
import type { Sample } from "./records.ts";
import type { AnswerRules } from "./rewards/answer-rules.ts";
import type { RewardPart } from "./rewards/reward.ts";
import type { TemporalSettings } from "./rewards/temporal.ts";
import type { Schedule, ScheduleName } from "./schedules.ts";
import type { TokenWeighting } from "./token-weights.ts";

export interface OptimizerSettings {
  readonly learningRate: number;
  readonly schedule: ScheduleName;
  readonly warmupSteps: number;
  /** Rate at the end over the full rate. */
  readonly minRatio: number;
  /** `wsd` only. */
  readonly decayShare: number;
  readonly weightDecay: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  /** Maximum global gradient norm; 0: none. */
  readonly clip: number;
}

export interface VisionSettings {
  /** Bounds of one frame's (or picture's) area in pixels. */
  readonly minPixels: number;
  readonly maxPixels: number;
  /** Budget of a whole clip. */
  readonly totalPixels: number;
  /** Frames sampled a second, before the cap. */
  readonly fps: number;
  readonly minFrames: number;
  readonly maxFrames: number;
  /** Seconds between two temporal grids as the model is told; Video-R1 trains with 1 whatever the clip. 0: the true value. */
  readonly secondsPerGrid: number;
}

export interface SftStageSettings {
  readonly kind: "sft";
  /** Unique in the run; labels its checkpoint and its measurement. */
  readonly name: string;
  readonly steps: number;
  readonly batchSize: number;
  /** Which tokens are learnt: the assistant's turn with its end mark, or (upstream) all but pads and pictures. */
  readonly lossOn: "assistant" | "upstream";
  /** Weight of tokens inside the answer tags; 1: as the others. */
  readonly answerWeight: number;
  readonly optimizer: OptimizerSettings;
}

export interface RlStageSettings {
  readonly kind: "rl";
  /** Unique in the run; labels its checkpoint and its measurement. */
  readonly name: string;
  readonly steps: number;
  readonly promptsPerStep: number;
  /** Rollouts a prompt on ordered frames; these are trained on. */
  readonly groupSize: number;
  /** Rollouts a video prompt on shuffled frames: scored, never trained on. 0: no contrast. */
  readonly shuffledGroupSize: number;
  /** Updates on one batch of rollouts; more than 1 uses stored old log-probabilities. */
  readonly innerUpdates: number;
  readonly advantage: AdvantageMode;
  /** Added to the deviation. */
  readonly advantageEpsilon: number;
  readonly objective: PolicyObjective;
  readonly klBeta: number;
  readonly klTokens: KlTokens;
  /** How much each token of a group counts; null: all alike. */
  readonly tokenWeighting: TokenWeighting | null;
  /** The reference follows the policy: blended after every so many updates of the stage. Null: it stays frozen. */
  readonly movingReference: MovingReference | null;
  /** Moves prompts to a solvable difficulty before the update; null: they are asked as they are. */
  readonly difficulty: DifficultySettings | null;
  /** Of the answer under the reference, for parts of the reward that ask for it. */
  readonly likelihoodForm: LikelihoodForm;
  /** Which of the rows for RL this stage trains on; null: all. A curriculum is several stages with different rows. */
  readonly rows: ((sample: Sample) => boolean) | null;
  /** Leaves out rows that an earlier stage solved; null: none. */
  readonly pruning: Pruning | null;
  readonly temporal: TemporalSettings;
  readonly length: LengthSettings;
  readonly format: FormatOptions;
  /** What an answer is worth: the accuracy that parts of the reward and gates look at. */
  readonly answers: AnswerRules;
  /** The parts of the reward, summed in this order. */
  readonly rewards: readonly RewardPart[];
  /** Control: rewards are permuted inside each group before advantages. Nothing can be learnt from them. */
  readonly permuteRewards: boolean;
  readonly sampling: SamplingSettings;
  readonly optimizer: OptimizerSettings;
}

/** Preference pairs out of an earlier RL stage's rollouts, learnt with DPO against the policy as the stage found it. */
export interface DpoStageSettings {
  readonly kind: "dpo";
  /** Unique in the run; labels its checkpoint and its measurement. */
  readonly name: string;
  readonly steps: number;
  /** Pairs an update. */
  readonly batchSize: number;
  readonly beta: number;
  /** Name of an RL stage before it. */
  readonly rolloutsOf: string;
  /** Pairs come from groups on videos alone. */
  readonly videosOnly: boolean;
  readonly judge: JudgeSource;
  /** Says besides whether thoughts lead to their answers: reported, never used. Null: nobody. */
  readonly secondJudge: ConsistencyJudge | null;
  readonly pairs: PairSettings;
  readonly optimizer: OptimizerSettings;
}

/** reference = decay * reference + (1 - decay) * policy, after every `every` updates. */
export interface MovingReference {
  readonly every: number;
  readonly decay: number;
}

export interface SamplingSettings {
  readonly temperature: number;
  readonly topP: number;
  /** 0: off. */
  readonly topK: number;
  readonly maxTokens: number;
}

export type StageSettings = SftStageSettings | RlStageSettings | DpoStageSettings;

export interface ModelSettings {
  /** `auto`: as the checkpoint is stored. */
  readonly precision: "auto" | "float32" | "bf16";
  /** Null: the weights themselves are trained. */
  readonly lora: { readonly rank: number; readonly alpha: number } | null;
  readonly optimizer: "float32" | "8bit";
  readonly checkpointing: "auto" | "always" | "never";
}

export interface EvaluationSettings {
  /** Updates between two measurements on validation; 0: only at the ends of stages. */
  readonly every: number;
  /** Items of each validation measurement; 0: all. */
  readonly items: number;
  /** Held-out items also on shuffled frames and without any. */
  readonly contrasts: boolean;
  readonly answers: AnswerRules;
  /** Greedy when 0. */
  readonly temperature: number;
  readonly maxTokens: number;
}

export interface Settings {
  readonly recipe: string;
  readonly preset: string;
  /** In order; a stage of 0 steps is not in the list. */
  readonly stages: readonly StageSettings[];
  readonly prompt: PromptTemplate;
  readonly vision: VisionSettings;
  /** The vision tower takes no gradient. */
  readonly freezeVision: boolean;
  readonly model: ModelSettings;
  /** Which rows RL uses. */
  readonly modality: "both" | "video" | "image";
  readonly evaluation: EvaluationSettings;
  /** Updates between two full checkpoints; 0: only at the ends of stages. */
  readonly checkpointEvery: number;
  /** The values by field, defaults and overrides applied: what the journal freezes. */
  readonly values: Readonly<Record<string, SettingValue>>;
}

export type SettingValue = number | boolean | string;

/** The schedule of a stage, for `learningRateAt`. */
export function scheduleOf(stage: StageSettings): Schedule {
  const { schedule, learningRate, warmupSteps, minRatio, decayShare } = stage.optimizer;
  return { name: schedule, learningRate, warmupSteps, minRatio, decayShare, totalSteps: stage.steps };
}
