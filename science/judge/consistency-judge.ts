/**
 * Whether a thought leads to the answer that follows it. VerIPO asks a small language model whose name and prompt were
 * not published; {@link RULE_JUDGE} is ours. A judge never sees the true answer.
 */
import { concludedAnswer, leadsTo, statedAnswer } from "../metrics/consistency.ts";

export interface JudgeInput {
  readonly question: string;
  readonly problemType: string;
  readonly options: readonly string[];
  readonly thinking: string;
  /** What stands between the answer tags. */
  readonly answer: string;
}

export interface JudgeVerdict {
  /** The answer to which the thought leads; null where it leads to none. */
  readonly derivedAnswer: string | null;
  readonly consistent: boolean;
  readonly why: string;
}

export interface ConsistencyJudge {
  /** Kept with each verdict: who judged. */
  readonly name: string;
  judge(input: JudgeInput): JudgeVerdict | Promise<JudgeVerdict>;
}

/**
 * The last sentence that names an option or a number must name the given one; where the answer is a text, the last sentence
 * that says it concludes ("So …") must hold it. A thought that names none is not consistent.
 */
export const RULE_JUDGE: ConsistencyJudge = {
  name: "last-statement-rule",
  judge({ thinking, answer, problemType, options }) {
    const derivedAnswer = concludedAnswer(thinking, problemType, options);
    const given = statedAnswer(answer, problemType, options);
    if (derivedAnswer === null) return { derivedAnswer, consistent: false, why: "The thought names no answer." };
    if (given === null) return { derivedAnswer, consistent: false, why: "There is no answer that could follow." };
    const consistent = leadsTo(derivedAnswer, given, problemType);
    const why = consistent ? `The thought ends on ${given}.` : `The thought ends on ${derivedAnswer}, not on ${given}.`;
    return { derivedAnswer, consistent, why };
  },
};
