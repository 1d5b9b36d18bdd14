/**
 * Rewards for questions with several right letters (TW-GRPO, arXiv 2505.24718): the answer is a list of letters between
 * commas, spaces do not count.
 */
import { extractAnswer } from "../answers.ts";
import type { Reward } from "./reward.ts";

export const MULTI_ANSWER_RULES = ["soft", "fixed"] as const;
/** `soft`: the share of the key that was named, if nothing wrong was. `fixed`: all or nothing. */
export type MultiAnswerRule = (typeof MULTI_ANSWER_RULES)[number];

/**
 * 0 .. 1 for the letters of an answer against those of the key. A wrong letter gives 0 whatever else is named; so does
 * an empty answer.
 */
export function multiAnswerScore(answer: string, key: string, rule: MultiAnswerRule): number {
  const given = letterSet(answer);
  const wanted = letterSet(key);
  if (given.size === 0 || [...given].some((letter) => !wanted.has(letter))) return 0;
  return rule === "soft" || given.size === wanted.size ? given.size / wanted.size : 0;
}

/** The part of the reward: without answer tags the whole completion is taken for the answer, as the authors' code does. */
export function multiAnswerPart(rule: MultiAnswerRule): Reward {
  return {
    name: "accuracy",
    score: ({ text }, { answer }) => multiAnswerScore(/<answer>/.test(text) ? extractAnswer(text) : text, answer, rule),
  };
}

function letterSet(text: string): ReadonlySet<string> {
  return new Set(
    text
      .replaceAll(" ", "")
      .split(",")
      .filter((letter) => letter !== ""),
  );
}
