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
  /** Text may stand before the blocks, and white space and "!" after them; no opening tag twice (TW-GRPO). Default: not. */
  readonly searched?: boolean;
}

/** 1 or 0. */
export function formatReward(text: string, options: FormatOptions = {}): number {
  const subject = options.searched ? searched(text) : options.strip ? strip(text) : text;
  if (!subject.startsWith(OPEN) || !subject.endsWith(CLOSE)) return 0;
  if (!BOUNDARY.test(subject.slice(OPEN.length, -CLOSE.length))) return 0;
  if (!options.exactlyOnce) return 1;
  return ["<think>", "</think>", "<answer>", "</answer>"].every((tag) => subject.split(tag).length === 2) ? 1 : 0;
}

/** From the first block on, without what may follow the last one; "" where an opening tag stands twice. */
function searched(text: string): string {
  const from = text.indexOf(OPEN);
  if (from === -1 || [OPEN, "<answer>"].some((tag) => text.split(tag).length > 2)) return "";
  let end = text.length;
  while (end > from && (text[end - 1] === "!" || strip(text[end - 1]!) === "")) end--;
  return text.slice(from, end);
}

/** Format as a part of the reward. */
export function formatPart(options: FormatOptions): Reward {
  return { name: "format", score: (rollout) => formatReward(rollout.text, options) };
}
