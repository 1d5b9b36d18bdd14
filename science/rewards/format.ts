/** Format reward: the completion is one `<think>` block followed by one `<answer>` block and nothing else. */
import { PYTHON_SPACE, strip } from "../answers.ts";

const WHOLE = new RegExp(`^<think>[^]*?</think>${PYTHON_SPACE}*<answer>[^]*?</answer>$`);

export interface FormatOptions {
  /** White space around the completion is forgiven (verl port). Default: not, as upstream. */
  readonly strip?: boolean;
  /** Each of the four tags must stand exactly once (TinyLLaVA-Video-R1). Default: not, as upstream. */
  readonly exactlyOnce?: boolean;
}

/** 1 or 0. */
export function formatReward(text: string, options: FormatOptions = {}): number {
  const subject = options.strip ? strip(text) : text;
  if (!WHOLE.test(subject)) return 0;
  if (!options.exactlyOnce) return 1;
  return ["<think>", "</think>", "<answer>", "</answer>"].every((tag) => subject.split(tag).length === 2) ? 1 : 0;
}
