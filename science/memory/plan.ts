/**
 * The memory planner: what a run will need at most, from its settings and the model's `config.json`, before anything is
 * loaded. Sizes are the largest that the settings allow: every answer as long as it may be, every clip of the most pixels.
 */
import { stageShape, TEXT_TOKENS, visualShape } from "../launch/shape.ts";
import type { Settings, StageSettings } from "../settings.ts";
import { answersInLine, answersTogether } from "./answering.ts";
import { architectureOf, type Architecture } from "./architecture.ts";
import { tokenBudgetOf } from "./budget.ts";
import type { ModelChoices } from "./choices.ts";
import { largestShare, ONE_PROCESS, type Members } from "./members.ts";
import {
  generationBytes,
  mediaBytes,
  scoreBytes,
  tapeBytes,
  type GenerationShape,
  type PackedShape,
} from "./passes.ts";
import { weightBytes } from "./weights.ts";

export type MemoryPurpose =
  "weights" | "gradients" | "optimiser" | "reference" | "activations" | "keyValueCache" | "media" | "process";

export interface StageEstimate {
  readonly stage: string;
  /** Of one process; on a GPU, of the device's memory. */
  readonly bytes: number;
  /** Of all processes together: pages of a file that they all read are there once. */
  readonly allBytes: number;
  readonly byPurpose: Readonly<Record<MemoryPurpose, number>>;
}

export interface MemoryEstimate {
  readonly parameters: number;
  readonly choices: ModelChoices;
  readonly members: Members;
  readonly stages: readonly StageEstimate[];
  /** Of the stage that needs most, in one process and in all of them. */
  readonly bytes: number;
  readonly allBytes: number;
}

/** The runtime, the program and the operators' own buffers. */
export const PROCESS_BYTES = 200e6;
/** CUDA's context and the libraries' workspaces, on each GPU. */
export const DEVICE_BYTES = 1.5e9;
/** Keys and values of how prompts begin, kept where weights stay as they are: evaluations and open sessions. */
export const PREFIX_CACHE_BYTES = 512e6;
/** Embeddings that are kept by content when the vision tower does not change. */
export const VISION_CACHE_BYTES = 256e6;

/** @throws Error when the config is not one of a Qwen2-VL or Qwen2.5-VL model. */
export function estimateMemory(settings: Settings, config: object, members: Members = ONE_PROCESS): MemoryEstimate {
  const architecture = architectureOf(config);
  const choices = choicesOf(settings, config);
  const stages = settings.stages.map((stage) => estimateStage(architecture, choices, settings, stage, config, members));
  return {
    parameters: architecture.parameterCount,
    choices,
    members,
    stages,
    bytes: Math.max(0, ...stages.map(({ bytes }) => bytes)),
    allBytes: Math.max(0, ...stages.map(({ allBytes }) => allBytes)),
  };
}

/** Precision `auto` is that of the checkpoint. */
export function choicesOf(settings: Settings, config: object): ModelChoices {
  const fields = config as { torch_dtype?: unknown; dtype?: unknown };
  const stored = fields.torch_dtype ?? fields.dtype;
  const { precision, lora, optimizer, checkpointing } = settings.model;
  const checkpointIsHalf = stored === "bfloat16";
  return {
    precision: precision === "auto" ? (checkpointIsHalf ? "bf16" : "float32") : precision,
    checkpointIsHalf,
    frozenVision: settings.freezeVision,
    lora,
    optimizer,
    checkpointing,
  };
}

function estimateStage(
  architecture: Architecture,
  choices: ModelChoices,
  settings: Settings,
  stage: StageSettings,
  config: object,
  { processes, gpus }: Members,
): StageEstimate {
  const own = weightBytes(architecture, choices, true, processes);
  const perMember = (count: number): number => Math.ceil(count / processes);
  const visual = visualShape(settings.vision);
  const promptTokens = visual.tokens + TEXT_TOKENS;
  const unit = architecture.vision.merge ** 2;
  const clip = { promptTokens, patches: visual.tokens * unit, units: visual.tokens };
  const batch = (prompts: number, completions: number, tokens: number): PackedShape => ({
    rows: prompts * (promptTokens + completions * (tokens - 1)),
    scored: prompts * completions * tokens,
    patches: prompts * clip.patches,
    units: prompts * clip.units,
    media: prompts,
  });
  const shape = { visualTokens: visual.tokens, maxTokens: settings.evaluation.maxTokens };
  const answered = answersTogether(config, shape);
  const answering: GenerationShape = {
    ...clip,
    prompts: perMember(answered),
    completions: 1,
    maxTokens: settings.evaluation.maxTokens,
  };
  const generations = [generationBytes(architecture, choices, answering)];
  let media = answersInLine(config, shape, answered);
  let reference = 0;
  let shared = gpus ? 0 : own.mappedWeights;
  let tape: number;
  const perPart = (groupTokens: number, groups: number): number =>
    Math.min(groups, Math.max(1, Math.floor(tokenBudgetOf(config) / groupTokens)));
  if (stage.kind !== "rl") {
    const answer = stageShape(settings, stage).tokens - promptTokens;
    const completions = stage.kind === "dpo" ? 2 : 1;
    const together = perPart(promptTokens + completions * answer, stage.batchSize);
    const share = largestShare({ prompts: together, completions }, processes);
    tape = tapeBytes(architecture, choices, batch(share.prompts, share.completions, answer));
    media = Math.max(media, stage.batchSize);
    if (stage.kind === "dpo" && choices.lora === null) {
      const frozen = weightBytes(architecture, choices, false);
      reference = frozen.weights + (gpus ? frozen.mappedWeights : 0);
    }
  } else {
    const { promptsPerStep, groupSize, shuffledGroupSize, sampling } = stage;
    const { maxTokens } = sampling;
    const together = perPart(promptTokens + groupSize * maxTokens, promptsPerStep);
    const share = largestShare({ prompts: together, completions: groupSize }, processes);
    const part = batch(share.prompts, share.completions, maxTokens);
    tape = tapeBytes(architecture, choices, part);
    // Twins take the places of ordered rollouts that have ended.
    const views = shuffledGroupSize > 0 ? 2 : 1;
    generations.push(
      generationBytes(architecture, choices, {
        ...clip,
        prompts: perMember(views * promptsPerStep),
        // One member may have the ordered groups, another one the shuffled ones.
        completions: processes > 1 ? Math.max(groupSize, shuffledGroupSize) : (groupSize + shuffledGroupSize) / views,
        maxTokens,
        rowsAtOnce: perMember(promptsPerStep * groupSize),
      }),
    );
    media = Math.max(media, promptsPerStep * (shuffledGroupSize > 0 ? 2 : 1) + (choices.lora === null ? together : 0));
    if (choices.lora === null) {
      const frozen = weightBytes(architecture, choices, false);
      // Pages of the file that the policy reads too are there once; a device has copies of its own.
      const mapped = gpus ? frozen.mappedWeights : Math.max(0, frozen.mappedWeights - own.mappedWeights);
      if (!gpus) shared += mapped;
      reference = frozen.weights + mapped + scoreBytes(architecture, part);
    }
  }
  const byPurpose = {
    weights: own.weights + own.mappedWeights,
    gradients: own.gradients,
    optimiser: own.optimiser,
    reference,
    activations: Math.max(tape, ...generations.map(({ activations }) => activations)),
    keyValueCache: Math.max(...generations.map(({ keyValueCache }) => keyValueCache)),
    // Pictures and what is kept of them are the host's. Every member has them all.
    media: gpus
      ? 0
      : mediaBytes(architecture, media * clip.patches, media * clip.units) +
        (choices.frozenVision || choices.lora !== null ? VISION_CACHE_BYTES : 0),
    process: gpus ? DEVICE_BYTES : PROCESS_BYTES,
  };
  const bytes = Object.values(byPurpose).reduce((sum, part) => sum + part, 0);
  return { stage: stage.name, bytes, allBytes: processes * (bytes - shared) + shared, byPurpose };
}
