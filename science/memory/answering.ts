/** How many questions are answered together: room for the longest form of every answer is taken at once. */
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

const FROZEN: ModelChoices = {
  precision: "float32",
  checkpointIsHalf: false,
  frozenVision: true,
  lora: null,
  optimizer: "float32",
  checkpointing: "auto",
};
