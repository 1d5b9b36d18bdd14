/** Who judges, as data: a rule that comes along, a checkpoint on our engine, or a service elsewhere. */
import type { ConsistencyJudge } from "./consistency-judge.ts";
import { RULE_JUDGE } from "./consistency-judge.ts";
import { OPTION_WORD_JUDGE } from "./option-word-judge.ts";

export const RULE_JUDGES = { rule: RULE_JUDGE, "option-word": OPTION_WORD_JUDGE } as const;
export type RuleJudgeName = keyof typeof RULE_JUDGES;

export type JudgeSource =
  | { readonly kind: "rule"; readonly judge: ConsistencyJudge }
  /** `continues`: writes the answer after the thought, for models too small to follow instructions; `asked`: is asked. */
  | { readonly kind: "checkpoint"; readonly folder: string; readonly manner: "continues" | "asked" }
  /** Any service with OpenAI's chat completions. */
  | { readonly kind: "endpoint"; readonly address: string; readonly model: string };

export const JUDGE_NAMES = [
  ...(Object.keys(RULE_JUDGES) as RuleJudgeName[]),
  "checkpoint-continues",
  "checkpoint-asked",
  "endpoint",
] as const;
export type JudgeName = (typeof JUDGE_NAMES)[number];

/** @param at folder of the checkpoint, or address of the service up to and without `/chat/completions`. */
export function judgeSource(name: JudgeName, at: string, model: string): JudgeSource {
  switch (name) {
    case "checkpoint-continues":
    case "checkpoint-asked":
      return { kind: "checkpoint", folder: at, manner: name === "checkpoint-asked" ? "asked" : "continues" };
    case "endpoint":
      return { kind: "endpoint", address: at, model };
    default:
      return { kind: "rule", judge: RULE_JUDGES[name] };
  }
}

/** True where the same input may be judged differently another time: such verdicts are kept, for a resumed run. */
export const isModelJudge = ({ kind }: JudgeSource): boolean => kind !== "rule";
