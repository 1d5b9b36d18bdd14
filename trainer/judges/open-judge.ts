/** Opens the judge that a stage or an evaluation names: a rule as it is, a checkpoint on the engine, or a service. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { AnswerJudgeSource } from "../../contract/evaluation.ts";
import type { Engine } from "../../native/types.ts";
import { modelJudge, RULE_ANSWER_JUDGE, type AnswerJudge } from "../../science/judge/answer-judge.ts";
import type { ConsistencyJudge } from "../../science/judge/consistency-judge.ts";
import type { JudgeSource } from "../../science/judge/judge-source.ts";
import { SECONDLOOK_TEMPLATE, type PromptTemplate } from "../../science/prompts.ts";
import { Prompter } from "../data/prompting.ts";
import { loadTokenizer } from "../data/tokens.ts";
import type { RunContext } from "../run/context.ts";
import { chatAddress } from "./chat-endpoint.ts";
import { checkpointJudge } from "./checkpoint-judge.ts";
import { endpointJudge } from "./endpoint-judge.ts";
import { keepingAnswerVerdicts, keepingVerdicts, VERDICTS_FILE } from "./kept-verdicts.ts";
import { chatPrompt, checkpointWriter, endpointWriter, type CheckpointWriterOptions } from "./writing.ts";

/** Before anything is trained: at the stage that asks hours may have gone. @throws Error with the remedy. */
export function checkJudge(source: JudgeSource): void {
  if (source.kind === "endpoint") chatAddress(source.address);
  if (source.kind !== "checkpoint" || existsSync(join(source.folder, "config.json"))) return;
  throw new Error(
    `The judging checkpoint ${source.folder} holds no model (no config.json): give a Hugging Face folder, or another judge.`,
  );
}

interface Open<Judge> {
  readonly judge: Judge;
  dispose(): void;
}

const NOTHING = (): void => undefined;
/** One word in answer tags, and room for a model that says more. */
const MOST_ANSWER_TOKENS = 160;

const keyOfService = (): string | undefined => process.env["SECONDLOOK_ENDPOINT_KEY"];

type JudgeContext = Pick<RunContext, "engine" | "runFolder" | "signal" | "settings">;

/** Whether a thought leads to its answer. @throws Error when the checkpoint or the address cannot be used. */
export async function openJudge(source: JudgeSource, context: JudgeContext): Promise<Open<ConsistencyJudge>> {
  const { engine, runFolder, signal, settings } = context;
  const kept = join(runFolder, VERDICTS_FILE);
  if (source.kind === "rule") return { judge: source.judge, dispose: NOTHING };
  if (source.kind === "endpoint") {
    const { address, model } = source;
    const judge = endpointJudge({ address, model, key: keyOfService(), signal });
    return { judge: keepingVerdicts(judge, kept), dispose: NOTHING };
  }
  const { folder, manner } = source;
  const open = await openCheckpoint(engine, folder, settings.prompt, signal);
  const judge = checkpointJudge({ ...open, folder, manner });
  return { judge: keepingVerdicts(judge, kept), dispose: () => open.model.dispose() };
}

/** Whether an answer says what the truth says; null stands for the rule. Verdicts of models are kept in `folder`. */
export async function openAnswerJudge(
  source: AnswerJudgeSource | null,
  { engine, folder, signal }: { readonly engine: Engine; readonly folder: string; readonly signal: AbortSignal },
): Promise<Open<AnswerJudge>> {
  if (source === null) return { judge: RULE_ANSWER_JUDGE, dispose: NOTHING };
  const kept = join(folder, VERDICTS_FILE);
  if (source.kind === "endpoint") {
    const { address, model } = source;
    const ask = endpointWriter({ address, model, key: keyOfService(), signal }, MOST_ANSWER_TOKENS);
    return { judge: keepingAnswerVerdicts(modelJudge(`${model} at ${address}`, ask), kept), dispose: NOTHING };
  }
  const open = await openCheckpoint(engine, source.folder, SECONDLOOK_TEMPLATE, signal);
  const write = checkpointWriter(open, MOST_ANSWER_TOKENS);
  const judge = modelJudge(source.folder, (text) => write(chatPrompt(open.prompter, text)));
  return { judge: keepingAnswerVerdicts(judge, kept), dispose: () => open.model.dispose() };
}

async function openCheckpoint(
  engine: Engine,
  folder: string,
  template: PromptTemplate,
  signal: AbortSignal,
): Promise<CheckpointWriterOptions> {
  const model = await engine.load(folder, { dtype: "float32", trainable: false });
  const prompter = new Prompter(await loadTokenizer(folder), template);
  prompter.checkModel(model, folder);
  return { model, prompter, signal };
}
