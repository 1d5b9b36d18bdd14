/** A service with OpenAI's chat completions as the judge. It is shown texts only. */
import { judgePrompt, JUDGE_PROMPT_VERSION, readVerdict } from "../../science/judge/asked-judge.ts";
import type { ConsistencyJudge } from "../../science/judge/consistency-judge.ts";
import { endpointWriter, type EndpointWriterOptions } from "./writing.ts";

const MOST_TOKENS = 300;

export function endpointJudge(options: EndpointWriterOptions): ConsistencyJudge {
  const ask = endpointWriter(options, MOST_TOKENS);
  return {
    name: `${options.model} at ${options.address}, wording ${JUDGE_PROMPT_VERSION}`,
    async judge(input) {
      const said = await ask(judgePrompt(input));
      if (said instanceof Error) return { derivedAnswer: null, consistent: false, why: said.message };
      return readVerdict(said, input);
    },
  };
}
