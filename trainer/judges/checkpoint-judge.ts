/**
 * A checkpoint on our own engine as the judge. `asked` puts the case to it in words, for models that follow instructions;
 * `continues` puts the thought into its mouth and reads the answer that it writes, which the smallest model can do.
 * Neither shows the video: what leads from thought to answer must stand in the thought.
 */
import type { Model, Prompt } from "../../native/types.ts";
import { continuedVerdict, judgePrompt, JUDGE_PROMPT_VERSION, readVerdict } from "../../science/judge/asked-judge.ts";
import type { ConsistencyJudge, JudgeInput, JudgeVerdict } from "../../science/judge/consistency-judge.ts";
import { NO_SAMPLE, type ProblemType } from "../../science/records.ts";
import type { Prompter } from "../data/prompting.ts";

/** Cases that one pass of the engine takes. */
const AT_ONCE = 64;
const MOST_TOKENS = { asked: 160, continues: 24 } as const;

interface Waiting {
  readonly input: JudgeInput;
  readonly settle: (verdict: JudgeVerdict) => void;
  readonly fail: (error: unknown) => void;
}

export interface CheckpointJudgeOptions {
  readonly model: Model;
  /** Of the judge's own tokenizer. */
  readonly prompter: Prompter;
  readonly folder: string;
  readonly manner: "continues" | "asked";
  readonly signal: AbortSignal;
}

/** Greedy, so that the same case is judged the same. Cases that are put in one turn of the event loop share a pass. */
export function checkpointJudge(options: CheckpointJudgeOptions): ConsistencyJudge {
  const queue: Waiting[] = [];
  let running = false;
  const work = async (): Promise<void> => {
    running = true;
    while (queue.length > 0) {
      const part = queue.splice(0, AT_ONCE);
      try {
        const replies = await write(options, part);
        part.forEach(({ input, settle }, index) => settle(verdictOf(options.manner, replies[index]!, input)));
      } catch (error) {
        for (const { fail } of part) fail(error);
      }
    }
    running = false;
  };
  return {
    name: `${options.folder}, ${options.manner}${options.manner === "asked" ? `, wording ${JUDGE_PROMPT_VERSION}` : ""}`,
    judge: (input) =>
      new Promise<JudgeVerdict>((settle, fail) => {
        queue.push({ input, settle, fail });
        if (!running) setImmediate(() => void (running || work()));
      }),
  };
}

function verdictOf(manner: "continues" | "asked", reply: string, input: JudgeInput): JudgeVerdict {
  if (manner === "asked") return readVerdict(reply, input);
  const end = reply.indexOf("</answer>");
  return continuedVerdict(end === -1 ? reply : reply.slice(0, end), input);
}

async function write(
  { model, prompter, manner, signal }: CheckpointJudgeOptions,
  cases: readonly Waiting[],
): Promise<string[]> {
  const prompts = cases.map(({ input }) =>
    manner === "asked" ? askedPrompt(prompter, input) : continuedPrompt(prompter, input),
  );
  const groups = await model.generate(prompts, {
    n: 1,
    signal,
    streams: prompts.map(() => 0),
    sampling: {
      greedy: true,
      maxTokens: MOST_TOKENS[manner],
      stopIds: prompter.stopIds,
      bannedIds: prompter.bannedIds,
      seed: 0,
    },
  });
  return groups.map(({ completions }) => prompter.completionText(completions[0]!.ids));
}

function askedPrompt(prompter: Prompter, input: JudgeInput): Prompt {
  const messages = [{ role: "user" as const, content: [{ type: "text" as const, text: judgePrompt(input) }] }];
  const ids = prompter.tokenizer.encode(prompter.tokenizer.renderChat(messages, { addGenerationPrompt: true }));
  return { ids: Int32Array.from(ids), media: [] };
}

/** The question as the run asks it, then the thought, up to where the answer begins. */
function continuedPrompt(prompter: Prompter, { question, options, problemType, thinking }: JudgeInput): Prompt {
  const sample = { ...NO_SAMPLE, question, options, problemType: problemType as ProblemType };
  const { ids } = prompter.questionOnly(sample).prompt;
  const begun = prompter.tokenizer.encode(`<think>${thinking}</think>\n<answer>`);
  return { ids: Int32Array.from([...ids, ...begun]), media: [] };
}
