/**
 * TW-GRPO's question-answer inversion as a conversion: of rows with one right option half are negated, so that the wrong
 * options become right, and the others keep their question. A row that was chosen and cannot be negated is refused, so that
 * no key contradicts its text. Which are chosen and what is kept is drawn from the row's name: the same row gives the same.
 */
import { withoutLetter } from "../extraction/letter.ts";
import { invertQuestion } from "../question-inversion.ts";
import { readRow } from "../records.ts";
import { RandomStream } from "../rng.ts";
import { lettered, problem, row, type Converted, type PublishedFormat } from "./format.ts";

/** Share of the rows that are negated, as published. */
const NEGATED = 0.5;

function convert(record: unknown, source: "NExT-GQA" | "STAR"): Converted {
  const read = readRow(record, "", 1);
  if (read.kind === "problem") return problem(`${read.problem.field ?? "the record"}: ${read.problem.reason}`);
  const { id, question, options, answer, problemType } = read.sample;
  const right = answer.length === 1 ? answer.charCodeAt(0) - 65 : -1;
  if (problemType !== "multiple choice" || right < 0 || right >= options.length) {
    return problem("solution: only questions with one right letter can be inverted");
  }
  const random = new RandomStream("inversion", source, id);
  const texts = options.map(withoutLetter);
  const whole = record as object;
  if (random.uniform() >= NEGATED) return row({ ...whole, is_negated: false, key_size: 1 });
  const inverted = invertQuestion({ question, options: texts, right }, random, source);
  if (inverted === null) return problem(`problem: ${JSON.stringify(question.slice(0, 80))} could not be negated`);
  return row({
    ...whole,
    problem: inverted.question,
    options: lettered(inverted.options),
    solution: `<answer>${inverted.answer}</answer>`,
    is_negated: true,
    key_size: inverted.answer.split(",").length,
  });
}

const about = (source: string): string =>
  `rows in Video-R1's format, half of them negated as TW-GRPO does with ${source}: several right letters`;

export const invertedNextGqa: PublishedFormat = {
  id: "invert-next-gqa",
  about: about("NExT-GQA"),
  media: "as the rows'",
  convert: (record) => convert(record, "NExT-GQA"),
};
export const invertedStar: PublishedFormat = {
  id: "invert-star",
  about: about("STAR"),
  media: "as the rows'",
  convert: (record) => convert(record, "STAR"),
};
