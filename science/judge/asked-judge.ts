/**
 * What an instruction-following model is asked as a judge, and how its reply is read. VerIPO names neither model nor
 * wording: both are ours. The truth is never shown.
 */
import { leadsTo, statedAnswer } from "../metrics/consistency.ts";
import type { JudgeInput, JudgeVerdict } from "./consistency-judge.ts";

/** Grows with every change of the wording: verdicts of different wordings are not mixed. */
export const JUDGE_PROMPT_VERSION = 1;

/** The user's turn. */
export function judgePrompt({ question, options, thinking, answer }: JudgeInput): string {
  const list = options.length === 0 ? "" : `\nOptions:\n${options.join("\n")}`;
  return (
    "Below are a question about a video, somebody's reasoning, and the answer they gave. You cannot see the video, and " +
    "you are not to judge whether the answer is true. Say only to which answer the reasoning leads, and whether that is " +
    `the answer that was given.\n\nQuestion: ${question}${list}\n\nReasoning:\n${thinking}\n\nGiven answer: ${answer}\n\n` +
    'Reply with JSON and nothing else: {"derived_answer": "the answer to which the reasoning leads, a letter where there ' +
    'are options, or null", "consistent": true or false, "why": "one short sentence"}'
  );
}

/** The first JSON object of the reply; what is none counts as not consistent and says so. */
export function readVerdict(
  reply: string,
  { problemType, options }: Pick<JudgeInput, "problemType" | "options">,
): JudgeVerdict {
  const unreadable: JudgeVerdict = {
    derivedAnswer: null,
    consistent: false,
    why: `The judge's reply is no verdict: ${reply.slice(0, 120).trim() || "empty"}`,
  };
  const [start, end] = [reply.indexOf("{"), reply.lastIndexOf("}")];
  if (start === -1 || end < start) return unreadable;
  let value: unknown;
  try {
    value = JSON.parse(reply.slice(start, end + 1));
  } catch {
    return unreadable;
  }
  const said = value as { derived_answer?: unknown; consistent?: unknown; why?: unknown };
  if (typeof said.consistent !== "boolean") return unreadable;
  const { derived_answer: derived, why } = said;
  const named = typeof derived === "string" || typeof derived === "number" ? String(derived) : null;
  return {
    derivedAnswer: named === null ? null : (statedAnswer(named, problemType, options) ?? named),
    consistent: said.consistent,
    why: typeof why === "string" && why !== "" ? why : "The judge gave no reason.",
  };
}

/** The verdict of a judge that wrote the answer itself, after the thought. */
export function continuedVerdict(written: string, { answer, problemType, options }: JudgeInput): JudgeVerdict {
  const derivedAnswer = statedAnswer(written, problemType, options) ?? (written.trim() || null);
  const given = statedAnswer(answer, problemType, options) ?? answer.trim();
  if (derivedAnswer === null) return { derivedAnswer, consistent: false, why: "The judge found no answer to write." };
  if (given === "") return { derivedAnswer, consistent: false, why: "There is no answer that could follow." };
  const consistent = leadsTo(derivedAnswer, given, problemType);
  const why = consistent
    ? `The judge goes on with ${derivedAnswer} too.`
    : `The judge goes on with ${derivedAnswer}, not with ${given}.`;
  return { derivedAnswer, consistent, why };
}
