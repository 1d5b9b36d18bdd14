/**
 * The teacher: reasoning written from templates, as a larger model's traces would be collected. Some are honest
 * self-corrections ("Wait, …"), and a share is plainly wrong, as unfiltered teacher traces are.
 */
import type { Evidence } from "./drafts.ts";
import { OPTION_LETTERS } from "./questions.ts";
import type { Question } from "./questions.ts";
import type { Random } from "./random.ts";
import { TASKS } from "./tasks.ts";

export type TraceStyle = "plain" | "corrected" | "wrong";

export interface Trace {
  readonly style: TraceStyle;
  /** With its `<think>` tags. */
  readonly process: string;
  /** With its `<answer>` tags: what this trace concludes, which a wrong trace gets wrong. */
  readonly solution: string;
}

/** "0 s top, 1 s left": what is seen when; a picture's begins with "image". */
function say(evidence: readonly Evidence[]): string {
  const seen = evidence.map(({ second, seen }) => (second === null ? seen : `${second} s ${seen}`)).join(", ");
  return evidence[0]!.second === null ? `image ${seen}` : seen;
}

/**
 * "Options left A, right B.": a thought first turns the options round, so that each word is followed by its letter, as a
 * conclusion needs it (docs/sample-pack.md tells why).
 */
export function recallOf(options: readonly string[]): string {
  if (options.length === 0) return "";
  return `Options ${options.map((word, index) => `${word} ${OPTION_LETTERS[index]}`).join(", ")}. `;
}

/** The letter of a word among the options; a number or text stands for itself. */
function resultOf(question: Question, word: string): string {
  return question.options.length === 0 ? word : (OPTION_LETTERS[question.options.indexOf(word)] as string);
}

/** "So last red B": what was asked, the word that follows, and its letter where there are options. */
function conclude(question: Question, word: string): string {
  const letter = question.options.length === 0 ? [] : [resultOf(question, word)];
  return ["So", ...(question.key === "" ? [] : [question.key]), word, ...letter].join(" ");
}

const answerTag = (question: Question, word: string): string => `<answer>${resultOf(question, word)}</answer>`;

/** A wrong observation: one second's seen word replaced by another wrong option of the question. */
function misread(random: Random, question: Question, wrong: string): Evidence[] {
  const spoiled = random.below(question.evidence.length);
  return question.evidence.map((entry, index) => {
    if (index !== spoiled || !question.options.includes(entry.seen)) return entry;
    return { ...entry, seen: wrong };
  });
}

/** Reasoning for a question: evidence, then the word that follows, then the answer. */
export function traceOf(random: Random, question: Question, style: TraceStyle): Trace {
  const wrong = random.pick(question.hasty);
  const recall = recallOf(question.options);
  switch (style) {
    case "plain":
      return {
        style,
        process: `<think>${recall}${say(question.evidence)}. ${conclude(question, question.answer)}</think>`,
        solution: answerTag(question, question.answer),
      };
    case "corrected":
      return {
        style,
        process: `<think>${recall}${say(question.evidence)}. ${conclude(question, wrong)}. Wait, no. ${conclude(question, question.answer)}</think>`,
        solution: answerTag(question, question.answer),
      };
    case "wrong": {
      return {
        style,
        process: `<think>${recall}${say(misread(random, question, wrong))}. ${conclude(question, wrong)}</think>`,
        solution: answerTag(question, wrong),
      };
    }
  }
}

/** Draws a style: `wrong` and `corrected` with their shares; one-frame questions are never corrected. */
export function drawStyle(
  random: Random,
  question: Question,
  shares: { wrong: number; corrected: number },
): TraceStyle {
  const at = random.next();
  if (at < shares.wrong) return "wrong";
  return at < shares.wrong + shares.corrected && !TASKS[question.task].oneFrame ? "corrected" : "plain";
}
