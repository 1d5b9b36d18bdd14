/** Format reward: the completion is one `<think>` block followed by one `<answer>` block and nothing else. */
import { PYTHON_SPACE, strip } from "../answers.ts";
import type { Reward } from "./reward.ts";

const [OPEN, CLOSE] = ["<think>", "</answer>"];
/** From one block to the other. Searched for between the outer tags, which takes linear time on any text. */
const BOUNDARY = new RegExp(`</think>${PYTHON_SPACE}*<answer>`);

export interface FormatOptions {
  /** White space around the completion is forgiven (verl port). Default: not, as upstream. */
  readonly strip?: boolean;
  /** Each of the four tags must stand exactly once (TinyLLaVA-Video-R1). Default: not, as upstream. */
  readonly exactlyOnce?: boolean;
}

/** 1 or 0. */
export function formatReward(text: string, options: FormatOptions = {}): number {
  const subject = options.strip ? strip(text) : text;
  if (!subject.startsWith(OPEN) || !subject.endsWith(CLOSE)) return 0;
  if (!BOUNDARY.test(subject.slice(OPEN.length, -CLOSE.length))) return 0;
  if (!options.exactlyOnce) return 1;
  return ["<think>", "</think>", "<answer>", "</answer>"].every((tag) => subject.split(tag).length === 2) ? 1 : 0;
}

/** Format as a part of the reward. */
export function formatPart(options: FormatOptions): Reward {
  return { name: "format", score: (rollout) => formatReward(rollout.text, options) };
}
