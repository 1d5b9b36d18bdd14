/**
 * Whether the reasoning ends on the answer that was given (SEED-Bench-R1 asks a large model; this is a rule). Reasoning
 * that ends on no option is left out and counted, not taken for a contradiction.
 */
import { extractThink } from "../answers.ts";
import { readLetter } from "../extraction/letter.ts";
import { readNumber } from "../extraction/number.ts";
import { answerSpan } from "../extraction/answer-span.ts";

/** True or false; null where the reasoning, or the answer, names nothing. */
export function isConsistent(completion: string, problemType: string, options: readonly string[]): boolean | null {
  const think = extractThink(completion);
  if (think === null) return null;
  const said = concludedAnswer(think.text, problemType, options);
  const given = statedAnswer(completion.slice(think.end), problemType, options);
  return said === null || given === null ? null : leadsTo(said, given, problemType);
}

/** Whether what a thought concludes is the answer; a text may be said with more words around it. */
export function leadsTo(concluded: string, given: string, problemType: string): boolean {
  if (!isText(problemType)) return concluded === given;
  return given !== "" && ` ${plainWords(concluded)} `.includes(` ${plainWords(given)} `);
}

const isText = (problemType: string): boolean => problemType === "OCR" || problemType === "free-form";
const plainWords = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

/** What stands as the answer in a text: a letter, a number in one writing, or words; null where there is none. */
export function statedAnswer(text: string, problemType: string, options: readonly string[]): string | null {
  return valueOf(answerSpan(text).text, problemType, options);
}

/** What the last sentence that names something names; null where none does. */
export function concludedAnswer(text: string, problemType: string, options: readonly string[]): string | null {
  const sentences = text.split(/(?<=[.!?。])\s+|\n+/u).filter((sentence) => sentence.trim() !== "");
  if (isText(problemType)) return concludedText(sentences);
  for (const sentence of sentences.reverse()) {
    const value =
      valueOf(answerSpan(sentence).text, problemType, options) ?? lastWordLetter(sentence, problemType, options);
    if (value !== null) return value;
  }
  return null;
}

const CONCLUDES = /^\s*(?:so|therefore|thus|hence|(?:so )?the answer(?: is)?:?)[,\s]+/i;

/** A text is concluded where a sentence says that it concludes; any other sentence may be anything. */
function concludedText(sentences: readonly string[]): string | null {
  const last = sentences.findLast((sentence) => CONCLUDES.test(sentence));
  return last === undefined ? null : last.replace(CONCLUDES, "").replace(/[.!?\s]+$/, "");
}

/** "…, top center D": a capital at the very end is the choice, whatever was named before. */
function lastWordLetter(sentence: string, problemType: string, options: readonly string[]): string | null {
  if (problemType !== "multiple choice") return null;
  const last = /(?:^|\s)\(?([A-Z])\)?[.!]?\s*$/.exec(sentence)?.[1];
  return last !== undefined && last.charCodeAt(0) - 65 < options.length ? last : null;
}

function valueOf(text: string, problemType: string, options: readonly string[]): string | null {
  if (problemType === "multiple choice") return readLetter(text, options).value;
  if (isText(problemType)) return text.trim() === "" ? null : text.trim();
  const number = readNumber(text).value;
  return number === null ? null : String(number);
}
