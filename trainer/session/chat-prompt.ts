/** A conversation as ids, each placeholder of a medium repeated to the tokens that the medium takes. */
import type { Media, Prompt } from "../../native/types.ts";
import type { ChatMessage } from "../../science/prompts.ts";
import type { Prompter } from "../data/prompting.ts";

/** @throws RangeError when the chat template names more or fewer media than there are. */
export function chatPrompt(prompter: Prompter, messages: readonly ChatMessage[], media: readonly Media[]): Prompt {
  const { tokenizer } = prompter;
  const ids = tokenizer.encode(tokenizer.renderChat(messages, { addGenerationPrompt: true }));
  let next = 0;
  const expanded = ids.flatMap((id) => {
    if (!prompter.isPlaceholder(id)) return [id];
    const medium = media[next++];
    return medium === undefined ? [id] : new Array<number>(medium.tokens).fill(id);
  });
  if (next !== media.length) {
    throw new RangeError(
      `The chat template shows ${next} pictures and videos, but ${media.length} were given: name each once, in order.`,
    );
  }
  return { ids: Int32Array.from(expanded), media };
}
