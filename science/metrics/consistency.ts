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
  return said === null || given === null ? null : said === given;
}

/** What stands as the answer in a text: a letter, or a number in one writing; null where there is neither. */
export function statedAnswer(text: string, problemType: string, options: readonly string[]): string | null {
  return valueOf(answerSpan(text).text, problemType, options);
}

/** What the last sentence that names something names; null where none does. */
export function concludedAnswer(text: string, problemType: string, options: readonly string[]): string | null {
  const sentences = text.split(/(?<=[.!?。])\s+|\n+/u).filter((sentence) => sentence.trim() !== "");
  for (const sentence of sentences.reverse()) {
    const value =
      valueOf(answerSpan(sentence).text, problemType, options) ?? lastWordLetter(sentence, problemType, options);
    if (value !== null) return value;
  }
  return null;
}

/** "…, top center D": a capital at the very end is the choice, whatever was named before. */
function lastWordLetter(sentence: string, problemType: string, options: readonly string[]): string | null {
  if (problemType !== "multiple choice") return null;
  const last = /(?:^|\s)\(?([A-Z])\)?[.!]?\s*$/.exec(sentence)?.[1];
  return last !== undefined && last.charCodeAt(0) - 65 < options.length ? last : null;
}

function valueOf(text: string, problemType: string, options: readonly string[]): string | null {
  if (problemType === "multiple choice") return readLetter(text, options).value;
  const number = readNumber(text).value;
  return number === null ? null : String(number);
}
