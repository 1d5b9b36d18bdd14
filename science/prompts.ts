/** Prompts as data: a template is a few strings, and its hash says which one a run used. */
import type { ProblemType, Sample } from "./records.ts";
import { sha256Hex } from "./sha256.ts";

export interface PromptTemplate {
  readonly name: string;
  /** System turn; null leaves the turn to the checkpoint's chat template. */
  readonly system: string | null;
  /** User text with the places `{question}`, `{options}` and `{suffix}`. */
  readonly body: string;
  /** Written for `{options}` when the sample has any, with the place `{list}`; else `{options}` is empty. */
  readonly optionsBlock: string;
  /** Between two options of the list. */
  readonly optionSeparator: string;
  /** Written for `{suffix}`. */
  readonly suffixes: Readonly<Record<ProblemType, string>>;
}

/** A turn of a conversation as chat templates of Qwen2.5-VL take it. */
export interface ChatMessage {
  readonly role: "system" | "user" | "assistant";
  readonly content: string | readonly ChatPart[];
}
export type ChatPart =
  { readonly type: "image" } | { readonly type: "video" } | { readonly type: "text"; readonly text: string };

/** Our own wording of what Video-R1 asks for (specs: same functions, other words). */
export const SECONDLOOK_TEMPLATE: PromptTemplate = {
  name: "secondlook",
  system: null,
  body:
    "{question}{options}\nWork through the problem as a careful person would: talk to yourself, doubt, re-check what you " +
    "saw and when. Write that reasoning inside <think> </think>, then the result inside <answer> </answer>.{suffix}",
  optionsBlock: "\nOptions:\n{list}",
  optionSeparator: "\n",
  suffixes: {
    "multiple choice": " Inside the answer tags give only the letter of the option, e.g. B.",
    numerical: " Inside the answer tags give only the number, e.g. 42 or 3.14.",
    OCR: " Inside the answer tags give the text that you can read, exactly as it is written.",
    "free-form": " Inside the answer tags give your answer as text.",
    regression: " Inside the answer tags give only the number, e.g. 42 or 3.14.",
  },
};

/** The same for questions that may have several right letters. */
export const LETTERS_TEMPLATE: PromptTemplate = {
  ...SECONDLOOK_TEMPLATE,
  name: "secondlook-letters",
  suffixes: {
    ...SECONDLOOK_TEMPLATE.suffixes,
    "multiple choice":
      " Inside the answer tags give the letter of the option; where several are right, all of them with commas, e.g. B or A,C.",
  },
};

/** For the small model of the sample pack: no more words than its vocabulary was trained on. */
export const TINY_TEMPLATE: PromptTemplate = {
  name: "tiny",
  system: "",
  body: "{question}{options}{suffix}",
  optionsBlock: "\n{list}",
  optionSeparator: "\n",
  suffixes: { "multiple choice": "", numerical: "", OCR: "", "free-form": "", regression: "" },
};

export const PROMPT_TEMPLATES: Readonly<Record<string, PromptTemplate>> = {
  secondlook: SECONDLOOK_TEMPLATE,
  "secondlook-letters": LETTERS_TEMPLATE,
  tiny: TINY_TEMPLATE,
};

/** Names the template's content: 16 hex digits of its SHA-256. */
export function promptHash(template: PromptTemplate): string {
  const { system, body, optionsBlock, optionSeparator, suffixes } = template;
  const ordered = Object.entries(suffixes).sort(([a], [b]) => (a < b ? -1 : 1));
  return sha256Hex(JSON.stringify([system, body, optionsBlock, optionSeparator, ordered])).slice(0, 16);
}

/** The user's text for a sample, without its medium. */
export function userText(sample: Sample, template: PromptTemplate): string {
  const list = sample.options.join(template.optionSeparator);
  const values: Readonly<Record<string, string>> = {
    question: sample.question,
    options: sample.options.length === 0 ? "" : template.optionsBlock.replace("{list}", () => list),
    suffix: template.suffixes[sample.problemType],
  };
  return template.body.replace(/\{(question|options|suffix)\}/g, (_, name: string) => values[name]!);
}

/**
 * The conversation up to the assistant's turn: medium first, then the text. A system text of "" gives an empty turn.
 * `withMedium: false` asks the question alone.
 */
export function chatMessages(
  sample: Sample,
  template: PromptTemplate,
  { withMedium = true }: { readonly withMedium?: boolean } = {},
): ChatMessage[] {
  const medium: ChatPart[] = withMedium ? [{ type: sample.dataType }] : [];
  const user: ChatMessage = {
    role: "user",
    content: [...medium, { type: "text", text: userText(sample, template) }],
  };
  return template.system === null ? [user] : [{ role: "system", content: template.system }, user];
}

/** The assistant's turn that cold-start SFT teaches: reasoning, newline, answer (Video-R1's `process` + `solution`). */
export function targetText(sample: Sample): string | null {
  return sample.process === undefined ? null : `${sample.process}\n${sample.solution}`;
}
