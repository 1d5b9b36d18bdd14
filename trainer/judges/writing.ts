/** How a model judge is reached, whatever it judges: a checkpoint on our engine or a service, asked with a text. */
import type { Model, Prompt } from "../../native/types.ts";
import type { Prompter } from "../data/prompting.ts";
import { askChat, chatAddress } from "./chat-endpoint.ts";

/** What was written; an Error where this one case was refused. */
export type Ask = (text: string) => Promise<string | Error>;

/** Cases that one pass of the engine takes. */
const IN_A_PASS = 64;
/** Requests to a service on their way at one time. */
const ON_THE_WAY = 16;

export interface CheckpointWriterOptions {
  readonly model: Model;
  /** Of the model's own tokenizer. */
  readonly prompter: Prompter;
  readonly signal: AbortSignal;
}

interface Waiting {
  readonly prompt: Prompt;
  readonly settle: (text: string) => void;
  readonly fail: (error: unknown) => void;
}

/** Greedy, so that the same prompt gives the same text. Prompts of one turn of the event loop share a pass. */
export function checkpointWriter(
  { model, prompter, signal }: CheckpointWriterOptions,
  maxTokens: number,
): (prompt: Prompt) => Promise<string> {
  const queue: Waiting[] = [];
  let running = false;
  const work = async (): Promise<void> => {
    running = true;
    while (queue.length > 0) {
      const part = queue.splice(0, IN_A_PASS);
      try {
        const { stopIds, bannedIds } = prompter;
        const groups = await model.generate(
          part.map(({ prompt }) => prompt),
          {
            n: 1,
            signal,
            streams: part.map(() => 0),
            sampling: { greedy: true, maxTokens, stopIds, bannedIds, seed: 0 },
          },
        );
        part.forEach(({ settle }, index) => settle(prompter.completionText(groups[index]!.completions[0]!.ids)));
      } catch (error) {
        for (const { fail } of part) fail(error);
      }
    }
    running = false;
  };
  return (prompt) =>
    new Promise((settle, fail) => {
      queue.push({ prompt, settle, fail });
      if (!running) setImmediate(() => void (running || work()));
    });
}

/** A text as the user's turn of the model's chat. */
export function chatPrompt(prompter: Prompter, text: string): Prompt {
  const messages = [{ role: "user" as const, content: [{ type: "text" as const, text }] }];
  const ids = prompter.tokenizer.encode(prompter.tokenizer.renderChat(messages, { addGenerationPrompt: true }));
  return { ids: Int32Array.from(ids), media: [] };
}

export interface EndpointWriterOptions {
  /** Up to and without `/chat/completions`. */
  readonly address: string;
  readonly model: string;
  readonly key?: string;
  readonly signal: AbortSignal;
  readonly retryMs?: readonly number[];
}

/** A service with OpenAI's chat completions, at temperature 0. @throws RangeError for what is no http address. */
export function endpointWriter(
  { address, model, key, signal, retryMs }: EndpointWriterOptions,
  maxTokens: number,
): Ask {
  const endpoint = { address: chatAddress(address), key, retryMs };
  let free = ON_THE_WAY;
  const waiting: (() => void)[] = [];
  return async (text) => {
    if (free > 0) free--;
    else await new Promise<void>((go) => waiting.push(go));
    try {
      const messages = [{ role: "user", content: text }];
      const said = await askChat(endpoint, { model, messages, temperature: 0, max_tokens: maxTokens }, signal);
      return said instanceof Error ? said : (said[0] ?? "");
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
