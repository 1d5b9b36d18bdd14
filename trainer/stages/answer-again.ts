/**
 * The reference answers again: it is shown prompt, frames and a rollout's thought up to the opening answer tag, and writes
 * the answer (GRPO-CARE's ablation `refgen`). Greedy, which is ours: the paper does not say.
 */
import type { Model, Prompt } from "../../native/types.ts";
import { accuracyReward } from "../../science/rewards/accuracy.ts";
import type { PromptRollouts } from "./rollouts.ts";
import type { GroupPass } from "./group-measures.ts";

const OPEN = "<answer>";
/** An answer is a letter, a number or a short text. */
const MOST_TOKENS = 24;

/** The ordered rollouts with how right the answer is that `reference` (null: the policy without adapters) gives. */
export async function withAnswersAgain(
  reference: Model,
  prompts: readonly PromptRollouts[],
  { prompter, signal }: GroupPass,
): Promise<PromptRollouts[]> {
  const result: PromptRollouts[] = [];
  for (const prompt of prompts) {
    const { prepared, rollouts } = prompt.ordered;
    const { prompt: shown, media } = await prompter.showTo(reference, prepared);
    try {
      const begun = rollouts.map(({ text }): Prompt | null => {
        const at = text.lastIndexOf(OPEN);
        if (at === -1) return null;
        const ids = prompter.tokenizer.encode(text.slice(0, at + OPEN.length));
        return { ids: Int32Array.from([...shown.ids, ...ids]), media: shown.media };
      });
      const asked = begun.filter((one) => one !== null);
      const groups =
        asked.length === 0
          ? []
          : await reference.generate(asked, {
              n: 1,
              signal,
              streams: asked.map(() => 0),
              sampling: {
                greedy: true,
                maxTokens: MOST_TOKENS,
                stopIds: prompter.stopIds,
                bannedIds: prompter.bannedIds,
                seed: 0,
              },
            });
      const written = groups.map(({ completions }) => prompter.completionText(completions[0]!.ids));
      let next = 0;
      const judged = rollouts.map((rollout, index) => {
        if (begun[index] === null) return { ...rollout, accuracyAgain: null };
        const { problemType, solution } = prepared.sample;
        const text = `${OPEN}${written[next++]!.split("</answer>")[0]}</answer>`;
        return { ...rollout, accuracyAgain: accuracyReward(problemType, text, solution) };
      });
      result.push({ ...prompt, ordered: { ...prompt.ordered, rollouts: judged } });
    } finally {
      media.dispose();
    }
  }
  return result;
}
