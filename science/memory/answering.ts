/**
 * How many questions are answered together: room for the longest form of every answer is taken at once. Some more wait in line
 * with their pictures, and take the places of those that are answered.
 */
import { TEXT_TOKENS } from "../launch/shape.ts";
import { architectureOf } from "./architecture.ts";
import type { ModelChoices } from "./choices.ts";
import { generationBytes, mediaBytes } from "./passes.ts";

/** Never more: what is waited for should be seen to move. */
export const MOST_TOGETHER = 64;
/**
 * What answers may take where nothing else is said. It does not look at the memory that is free just now, so that a run that
 * goes on batches as it did before.
 */
export const ANSWERING_BYTES = 4 * 2 ** 30;

export interface AnsweringShape {
  /** Placeholder tokens of the largest clip. */
  readonly visualTokens: number;
  readonly maxTokens: number;
}

/** From 1 to 64, so that cached keys and values, activations and pictures stay within `budgetBytes` where one answer does. */
export function answersTogether(
  config: object,
  { visualTokens, maxTokens }: AnsweringShape,
  budgetBytes = ANSWERING_BYTES,
): number {
  let architecture;
  try {
    architecture = architectureOf(config);
  } catch {
    return MOST_TOGETHER; // not a model that can be planned for: loading it has said why
  }
  const patches = visualTokens * architecture.vision.merge ** 2;
  const clip = { promptTokens: visualTokens + TEXT_TOKENS, patches, units: visualTokens };
  for (let prompts = MOST_TOGETHER; prompts > 1; prompts--) {
    const pass = generationBytes(architecture, FROZEN, { ...clip, prompts, completions: 1, maxTokens });
    const media = mediaBytes(architecture, prompts * patches, prompts * visualTokens);
    if (pass.activations + pass.keyValueCache + media <= budgetBytes) return prompts;
  }
  return 1;
}

/** What the pictures of a line may take. */
const LINE_BYTES = 2 ** 29;
/** Enough that the ends of a line, where places stay empty, are rare. */
const LINES = 4;

/** Questions in line, those that are being answered included: `together` at least, four times as many at most. */
export function answersInLine(config: object, { visualTokens }: AnsweringShape, together: number): number {
  let architecture;
  try {
    architecture = architectureOf(config);
  } catch {
    return together;
  }
  const clip = mediaBytes(architecture, visualTokens * architecture.vision.merge ** 2, visualTokens);
  return Math.max(together, Math.min(LINES * together, Math.floor(LINE_BYTES / Math.max(1, clip))));
}

/** Clips that are loaded at once: about 128 MB of pixels, one at least. */
export function clipsTogether({
  maxFrames,
  maxPixels,
}: {
  readonly maxFrames: number;
  readonly maxPixels: number;
}): number {
  return Math.min(LINES * MOST_TOGETHER, Math.max(1, Math.floor(2 ** 27 / (maxFrames * maxPixels * 3))));
}

const FROZEN: ModelChoices = {
  precision: "float32",
  checkpointIsHalf: false,
  frozenVision: true,
  lora: null,
  optimizer: "float32",
  checkpointing: "auto",
};
