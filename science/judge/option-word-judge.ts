/**
 * A second opinion by another rule (ours). The first rule reads the letter or number on which a thought ends; this one
 * never looks at letters: it takes the option whose words come last in the thought. So a thought that ends "so red D"
 * where D is blue is consistent with D by the first rule and not by this one.
 */
import { letterOf, withoutLetter } from "../extraction/letter.ts";
import { statedAnswer } from "../metrics/consistency.ts";
import { RULE_JUDGE, type ConsistencyJudge } from "./consistency-judge.ts";

export const OPTION_WORD_JUDGE: ConsistencyJudge = {
  name: "option-word-rule",
  judge(input) {
    const { thinking, answer, problemType, options } = input;
    if (problemType !== "multiple choice") return RULE_JUDGE.judge(input);
    const letter = lastNamedOption(thinking, options);
    const given = statedAnswer(answer, problemType, options);
    if (letter === null) {
      return {
        derivedAnswer: null,
        consistent: false,
        why: "The thought's last sentence names no option by its words.",
      };
    }
    if (given === null)
      return { derivedAnswer: letter, consistent: false, why: "There is no answer that could follow." };
    const consistent = letter === given;
    const why = `The option named last by its words is ${letter}${consistent ? "." : `, not ${given}.`}`;
    return { derivedAnswer: letter, consistent, why };
  },
};

/** Letter of the option whose words come last in the last sentence that has any; of two that end together the longer. */
function lastNamedOption(thinking: string, options: readonly string[]): string | null {
  const sentences = thinking.toLowerCase().split(/(?<=[.!?。])\s+|\n+/u);
  const words = options.map((option) => withoutLetter(option).trim().toLowerCase());
  for (const sentence of sentences.reverse()) {
    let best: { end: number; length: number; index: number } | null = null;
    words.forEach((word, index) => {
      const end = word === "" ? -1 : lastWholeWord(sentence, word);
      if (end === -1) return;
      if (best === null || end > best.end || (end === best.end && word.length > best.length))
        best = { end, length: word.length, index };
    });
    if (best !== null) return letterOf((best as { index: number }).index);
  }
  return null;
}

/** Where the last whole occurrence ends; -1 where there is none. */
function lastWholeWord(text: string, word: string): number {
  const isWordPart = (character: string | undefined): boolean =>
    character !== undefined && /[\p{L}\p{N}]/u.test(character);
  for (let at = text.lastIndexOf(word); at !== -1; at = at === 0 ? -1 : text.lastIndexOf(word, at - 1)) {
    if (!isWordPart(text[at - 1]) && !isWordPart(text[at + word.length])) return at + word.length;
  }
  return -1;
}
