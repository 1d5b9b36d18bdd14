/** A service with OpenAI's chat completions as the judge. It is shown texts only. */
import { judgePrompt, JUDGE_PROMPT_VERSION, readVerdict } from "../../science/judge/asked-judge.ts";
import type { ConsistencyJudge } from "../../science/judge/consistency-judge.ts";
import { askChat, chatAddress } from "./chat-endpoint.ts";

export interface EndpointJudgeOptions {
  /** Up to and without `/chat/completions`. */
  readonly address: string;
  readonly model: string;
  readonly key?: string;
  readonly signal: AbortSignal;
  readonly retryMs?: readonly number[];
}

const MOST_TOKENS = 300;
/** Requests on their way at one time. */
const AT_ONCE = 16;

export function endpointJudge({ address, model, key, signal, retryMs }: EndpointJudgeOptions): ConsistencyJudge {
  const endpoint = { address: chatAddress(address), key, retryMs };
  let free = AT_ONCE;
  const waiting: (() => void)[] = [];
  return {
    name: `${model} at ${address}, wording ${JUDGE_PROMPT_VERSION}`,
    async judge(input) {
      if (free > 0) free--;
      else await new Promise<void>((go) => waiting.push(go));
      try {
        const messages = [{ role: "user", content: judgePrompt(input) }];
        const said = await askChat(endpoint, { model, messages, temperature: 0, max_tokens: MOST_TOKENS }, signal);
        if (said instanceof Error) return { derivedAnswer: null, consistent: false, why: said.message };
        return readVerdict(said[0] ?? "", input);
      } finally {
        const next = waiting.shift();
        if (next === undefined) free++;
        else next();
      }
    },
  };
}
