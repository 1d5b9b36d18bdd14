/** Opens the judge that a stage names: a rule as it is, a checkpoint on the run's engine, or a service. */
import { join } from "node:path";
import type { ConsistencyJudge } from "../../science/judge/consistency-judge.ts";
import type { JudgeSource } from "../../science/judge/judge-source.ts";
import type { RunContext } from "../run/context.ts";
import { Prompter } from "../data/prompting.ts";
import { loadTokenizer } from "../data/tokens.ts";
import { checkpointJudge } from "./checkpoint-judge.ts";
import { endpointJudge } from "./endpoint-judge.ts";
import { keepingVerdicts } from "./kept-verdicts.ts";

/** In the run's folder. */
export const VERDICTS_FILE = "verdicts.ndjson";

export interface OpenJudge {
  readonly judge: ConsistencyJudge;
  dispose(): void;
}

type JudgeContext = Pick<RunContext, "engine" | "runFolder" | "signal" | "settings">;

/** @throws Error when the checkpoint or the address cannot be used. */
export async function openJudge(source: JudgeSource, context: JudgeContext): Promise<OpenJudge> {
  const { engine, runFolder, signal, settings } = context;
  const kept = join(runFolder, VERDICTS_FILE);
  if (source.kind === "rule") return { judge: source.judge, dispose: () => undefined };
  if (source.kind === "endpoint") {
    const { address, model } = source;
    const key = process.env["SECONDLOOK_ENDPOINT_KEY"];
    if (model === "") throw new Error("The judge is an endpoint without a model: name one in veripo.judgeModel.");
    return { judge: keepingVerdicts(endpointJudge({ address, model, key, signal }), kept), dispose: () => undefined };
  }
  const { folder, manner } = source;
  if (folder === "") throw new Error("The judge is a checkpoint without a folder: name one in veripo.judgeAt.");
  const model = await engine.load(folder, { dtype: "float32", trainable: false });
  const prompter = new Prompter(await loadTokenizer(folder), settings.prompt);
  prompter.checkModel(model, folder);
  const judge = checkpointJudge({ model, prompter, folder, manner, signal });
  return { judge: keepingVerdicts(judge, kept), dispose: () => model.dispose() };
}
