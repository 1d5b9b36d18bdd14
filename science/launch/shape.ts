/** How large the work of a run is, from its settings and the model's configuration: what the launch form shows at once. */
import type { Settings, StageSettings, VisionSettings } from "../settings.ts";
import { MERGED_PATCH } from "../vision.ts";

/** What matters of a model before it is loaded. */
export interface ModelShape {
  readonly parameters: number;
  /** `max_position_embeddings`. */
  readonly contextLength: number;
}

export interface VisualShape {
  /** Frames of a clip, at most. */
  readonly frames: number;
  /** Pixels of one frame, at most. */
  readonly pixels: number;
  /** Placeholder tokens of one clip, at most: one for each 28 x 28 pixels of each pair of frames. */
  readonly tokens: number;
}

/** The question, its options and the instruction; measured on Video-R1's rows with the paper's prompt. */
export const TEXT_TOKENS = 200;

/** The most that a clip can cost under these settings. Long and narrow frames are rounded, so a clip may cost less. */
export function visualShape(vision: VisionSettings): VisualShape {
  const frames = Math.floor(vision.maxFrames / 2) * 2;
  const share = Math.min(vision.maxPixels, (vision.totalPixels / frames) * 2);
  const pixels = Math.max(share, Math.floor(vision.minPixels * 1.05));
  return { frames, pixels, tokens: (frames / 2) * Math.floor(pixels / MERGED_PATCH ** 2) };
}

export interface StageShape {
  readonly kind: StageSettings["kind"];
  readonly name: string;
  readonly steps: number;
  /** Sequences that are read or written in one update, shuffled ones included. */
  readonly sequences: number;
  /** Sequences that an update learns from. */
  readonly trained: number;
  /** Tokens of one sequence, at most: clip, text and completion. */
  readonly tokens: number;
}

/** Tokens of an answer where nothing bounds it: SFT learns the traces of the data. */
const TRACE_TOKENS = 400;

export function stageShape(settings: Settings, stage: StageSettings): StageShape {
  const { tokens: visual } = visualShape(settings.vision);
  if (stage.kind !== "rl") {
    const answer = Math.min(TRACE_TOKENS, settings.evaluation.maxTokens);
    const { name, steps, batchSize } = stage;
    // A pair is two sequences.
    const sequences = stage.kind === "dpo" ? 2 * batchSize : batchSize;
    return {
      kind: stage.kind,
      name,
      steps,
      sequences,
      trained: sequences,
      tokens: visual + TEXT_TOKENS + answer,
    };
  }
  const { name, steps, promptsPerStep, groupSize, shuffledGroupSize, sampling } = stage;
  return {
    kind: "rl",
    name,
    steps,
    sequences: promptsPerStep * (groupSize + shuffledGroupSize),
    trained: promptsPerStep * groupSize,
    tokens: visual + TEXT_TOKENS + sampling.maxTokens,
  };
}
