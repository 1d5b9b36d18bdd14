/**
 * A checkpoint on our own engine as the judge. `asked` puts the case to it in words, for models that follow instructions;
 * `continues` puts the thought into its mouth and reads the answer that it writes, which the smallest model can do.
 * Neither shows the video: what leads from thought to answer must stand in the thought.
 */
import type { Prompt } from "../../native/types.ts";
import { continuedVerdict, judgePrompt, JUDGE_PROMPT_VERSION, readVerdict } from "../../science/judge/asked-judge.ts";
import type { ConsistencyJudge, JudgeInput } from "../../science/judge/consistency-judge.ts";
import { NO_SAMPLE, type ProblemType } from "../../science/records.ts";
import type { Prompter } from "../data/prompting.ts";
import { chatPrompt, checkpointWriter, type CheckpointWriterOptions } from "./writing.ts";

const MOST_TOKENS = { asked: 160, continues: 24 } as const;

export interface CheckpointJudgeOptions extends CheckpointWriterOptions {
  readonly folder: string;
  readonly manner: "continues" | "asked";
}

/** The same case is judged the same, in any company. */
export function checkpointJudge(options: CheckpointJudgeOptions): ConsistencyJudge {
  const { prompter, folder, manner } = options;
  const write = checkpointWriter(options, MOST_TOKENS[manner]);
  const asked = manner === "asked";
  return {
    name: `${folder}, ${manner}${asked ? `, wording ${JUDGE_PROMPT_VERSION}` : ""}`,
    async judge(input) {
      if (asked) return readVerdict(await write(chatPrompt(prompter, judgePrompt(input))), input);
      const reply = await write(continuedPrompt(prompter, input));
      const end = reply.indexOf("</answer>");
      return continuedVerdict(end === -1 ? reply : reply.slice(0, end), input);
    },
  };
}

/** The question as the run asks it, then the thought, up to where the answer begins. */
function continuedPrompt(prompter: Prompter, { question, options, problemType, thinking }: JudgeInput): Prompt {
  const sample = { ...NO_SAMPLE, question, options, problemType: problemType as ProblemType };
  const { ids } = prompter.questionOnly(sample).prompt;
  const begun = prompter.tokenizer.encode(`<think>${thinking}</think>\n<answer>`);
  return { ids: Int32Array.from([...ids, ...begun]), media: [] };
}
