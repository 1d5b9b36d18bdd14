/**
 * TW-GRPO's records (longmalongma/TW-GRPO): training items whose options stand in the text (`problem`, `video`,
 * `solution`), and the extended items that question-answer inversion makes (`question`, `options`, `answer`,
 * `is_negated`). In the released inverted data 22 items have the key of a negated question under a text that was never
 * negated: such items contradict themselves and are refused.
 */
import { z } from "zod";
import { extractAnswer } from "../answers.ts";
import { firstIssue, lettered, problem, row, type Converted, type PublishedFormat } from "./format.ts";

const item = z.looseObject({
  problem: z.string().min(1),
  video: z.string().min(1),
  solution: z.string().min(1),
});
const extended = z.looseObject({
  id: z.union([z.string().min(1), z.number()]).nullish(),
  video: z.string().min(1),
  question: z.string().min(1),
  options: z.array(z.string().min(1)).min(2),
  answer: z.string().min(1),
  solution: z.string().nullish(),
  type: z.string().nullish(),
  is_negated: z.boolean().nullish(),
});

/** `(A) text`, `A. text`, `A text`. */
const OPTION = /^\s*\(?([A-H])(?:[).:]\s*|\s+)(.+?)\s*$/;
const NEGATION = /n['’]t\b|\bnot\b|\bunable\b|\bnever\b/i;

function convert(record: unknown): Converted {
  const isExtended = typeof record === "object" && record !== null && "options" in record;
  if (isExtended) {
    const parsed = extended.safeParse(record);
    return parsed.success ? fromExtended(parsed.data) : problem(firstIssue(parsed.error.issues));
  }
  const parsed = item.safeParse(record);
  return parsed.success ? fromItem(parsed.data) : problem(firstIssue(parsed.error.issues));
}

function fromItem({ problem: text, video, solution }: z.infer<typeof item>): Converted {
  const lines = text.split("\n");
  const options: string[] = [];
  const question = lines.filter((line) => {
    const option = OPTION.exec(line);
    if (option === null || option[1] !== String.fromCharCode(65 + options.length)) return true;
    options.push(option[2]!);
    return false;
  });
  if (options.length < 2) return problem("problem: its options are not at the end of the text, one a line");
  return rowOf({ question: question.join("\n").trim(), options, key: extractAnswer(solution), video, id: null });
}

function fromExtended(value: z.infer<typeof extended>): Converted {
  const texts: string[] = [];
  for (const [place, text] of value.options.entries()) {
    const option = OPTION.exec(text);
    const letter = String.fromCharCode(65 + place);
    if (option !== null && option[1] !== letter)
      return problem(`options: option ${place + 1} is lettered ${option[1]}`);
    texts.push(option?.[2] ?? text);
  }
  const negated = value.is_negated === true;
  if (negated && !NEGATION.test(value.question)) {
    return problem("question: is_negated is true, but the text is not negated, so its key contradicts it");
  }
  const key = value.answer.replace(/[()]/g, "");
  if (value.solution && letters(extractAnswer(value.solution)).join() !== letters(key).join()) {
    return problem(`solution: it says ${extractAnswer(value.solution)}, but answer says ${value.answer}`);
  }
  const { question, video, id, type } = value;
  return rowOf({ question, options: texts, key, video, id: id ?? null, more: { data_source: type ?? "", negated } });
}

interface Parts {
  readonly question: string;
  readonly options: readonly string[];
  readonly key: string;
  readonly video: string;
  readonly id: string | number | null;
  readonly more?: Readonly<Record<string, unknown>>;
}

function rowOf({ question, options, key, video, id, more = {} }: Parts): Converted {
  const named = letters(key);
  const unknown = named.find((letter) => !/^[A-H]$/.test(letter) || letter.charCodeAt(0) - 65 >= options.length);
  if (named.length === 0 || unknown !== undefined) {
    return problem(`answer: ${JSON.stringify(key)} does not name letters of the ${options.length} options`);
  }
  return row({
    problem_id: id ?? `${video}: ${question}`.slice(0, 1000),
    problem: question,
    data_type: "video",
    problem_type: "multiple choice",
    options: lettered(options),
    solution: `<answer>${named.join(",")}</answer>`,
    path: video.replace(/^\/+/, ""),
    data_source: "",
    key_size: named.length,
    ...more,
  });
}

/** In order, each once. */
const letters = (key: string): string[] => [...new Set(key.replaceAll(" ", "").split(",").filter(Boolean))].sort();

export const twGrpoItems: PublishedFormat = {
  id: "tw-grpo",
  about: "TW-GRPO's training items and inverted items (nextgqa_val_mixed.json …)",
  media: "the folder that video starts from (/ for absolute paths)",
  convert,
};
