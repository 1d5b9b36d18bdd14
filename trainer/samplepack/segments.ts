/** What pretraining rows are made of: a prefix that is shown once, and branches of text of which some is taught. */
import type { Clip } from "./clip.ts";
import { OPTION_LETTERS } from "./questions.ts";

/** A piece of a branch's text and the weight of its tokens in the loss. Pieces are tokenised one by one. */
export interface Segment {
  readonly text: string;
  readonly weight: number;
}

/** One rollout group of the engine: the prefix (with the clip) once, and each branch a completion behind it. */
export interface PretrainingRow {
  readonly kind: "clip" | "lookup" | "reading" | "copying";
  readonly clip: Clip | null;
  /** One `<|video_pad|>` or `<|image_pad|>` stands for the clip where there is one. */
  readonly prefix: string;
  readonly branches: readonly (readonly Segment[])[];
}

export const TURN = "<|im_end|>\n<|im_start|>assistant\n";
export const USER = "<|im_start|>user\n";

export const silent = (text: string): Segment => ({ text, weight: 0 });
export const taught = (text: string, weight = 1): Segment => ({ text, weight });

/** The lines of an option list, as the prompt template writes them. */
export function optionLines(options: readonly string[]): string {
  return options.map((word, index) => `\n${OPTION_LETTERS[index]}. ${word}`).join("");
}

export const letterOf = (options: readonly string[], word: string): string =>
  OPTION_LETTERS[options.indexOf(word)] as string;

/** From the thought's last word to the end of the turn: hardly worth learning again and again. */
export const finish = (result: string): Segment[] => [
  taught("</think>\n<answer>", 0.05),
  taught(result, 0.3),
  taught("</answer><|im_end|>", 0.05),
];
