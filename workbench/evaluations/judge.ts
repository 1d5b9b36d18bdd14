/** Who judges free answers, from what a person gives: a rule, a checkpoint's folder, or the address of a service. */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import type { AnswerJudgeSource } from "../../contract/evaluation.ts";

/**
 * @param at "" or "rule", a Hugging Face folder, or `http://HOST:PORT/v1`.
 * @param model name of the model that a service runs. @throws RangeError with the remedy.
 */
export function answerJudgeOf(at: string, model: string | undefined): AnswerJudgeSource | undefined {
  const given = at.trim();
  if (given === "" || given === "rule") return undefined;
  if (/^https?:\/\//.test(given)) {
    const name = model?.trim() ?? "";
    if (name === "") throw new RangeError("The judge is a service: say which model it runs (--judge-model NAME).");
    return { kind: "endpoint", address: given, model: name };
  }
  if (given.includes("://")) {
    throw new RangeError(`The judge ${given} is no http address: write it as http://HOST:PORT/v1.`);
  }
  const folder = resolve(given);
  if (!existsSync(join(folder, "config.json"))) {
    throw new RangeError(
      `The judge ${folder} holds no model (no config.json): give a Hugging Face checkpoint folder or a service's address.`,
    );
  }
  return { kind: "checkpoint", folder };
}
