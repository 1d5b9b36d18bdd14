/**
 * Rows as people write them who never heard of Video-R1's format: `{video, question, answer}`, a list of choices with the
 * right one's text, a conversation. Each becomes a row of Video-R1's format, or is refused with what is missing; nothing
 * is guessed that the row does not say.
 */
import { extractThink } from "./answers.ts";
import { optionsInside } from "./options-inside.ts";

type Fields = Readonly<Record<string, unknown>>;

export type EverydayRow =
  | { readonly kind: "row"; readonly row: Fields }
  | { readonly kind: "problem"; readonly field: string; readonly reason: string; readonly remedy: string };

const NAMES = {
  id: ["problem_id", "id", "question_id", "qid"],
  question: ["question", "problem", "query", "prompt", "instruction"],
  answer: ["answer", "solution", "ground_truth", "correct_answer", "label", "response", "output"],
  options: ["options", "choices", "candidates"],
  process: ["process", "reasoning", "cot"],
  source: ["data_source", "source", "dataset"],
  video: ["video", "video_path", "video_file", "videos"],
  image: ["image", "image_path", "image_file", "images"],
  either: ["path", "file", "media"],
  turns: ["conversations", "messages", "conversation", "prompt"],
} as const;

const PICTURE = /\.(png|jpe?g|webp|bmp)$/i;
const PLACEHOLDER = /<\|?(?:video|image)(?:_pad)?\|?>|<ImageHere>/g;
const NUMBER = /^[+-]?\d[\d,]*(\.\d+)?\s*%?$/;

class Refusal extends Error {
  readonly field: string;
  readonly remedy: string;
  constructor(field: string, reason: string, remedy: string) {
    super(reason);
    this.field = field;
    this.remedy = remedy;
  }
}

/** Rows of Video-R1's own format say of what kind they are, and are read strictly. */
export const isEveryday = (value: unknown): value is Fields =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !("problem_type" in value) &&
  !("data_type" in value);

/** `row` names a row that has no name of its own. Never throws. */
export function everydayRow(value: Fields, row: number): EverydayRow {
  try {
    return { kind: "row", row: convert(value, row) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { kind: "problem", field: error.field, reason: error.message, remedy: error.remedy };
  }
}

function convert(value: Fields, row: number): Fields {
  const used = new Set<string>();
  const take = (names: readonly string[]): [name: string, value: unknown] | null => {
    const name = names.find((one) => Object.hasOwn(value, one) && value[one] !== null && value[one] !== "");
    if (name === undefined) return null;
    used.add(name);
    return [name, value[name]];
  };
  const turns = NAMES.turns.find((name) => Array.isArray(value[name]));
  if (turns !== undefined) used.add(turns);
  const said = turns === undefined ? null : readTurns(turns, value[turns] as unknown[]);
  const asked = said?.question ?? plainText("question", take(NAMES.question)?.[1]);
  const whole = said?.answer ?? answerText(take(NAMES.answer)?.[1]);
  const medium = said?.medium ?? mediumOf(take);
  const process = take(NAMES.process)?.[1];
  const given = readOptions(take(NAMES.options));
  const inside = given.length > 0 ? { text: asked, options: [] } : optionsInside(asked);
  const options = given.length > 0 ? given : inside.options;
  const answer = untagged(whole);
  const thought = extractThink(whole);
  const rest = Object.fromEntries(Object.entries(value).filter(([name]) => !used.has(name) && name !== "id"));
  const id = take(NAMES.id)?.[1];
  return {
    ...rest,
    problem_id: id ?? `row-${row}`,
    problem: inside.text.replace(PLACEHOLDER, "").trim(),
    data_type: medium.type,
    problem_type: options.length > 0 ? "multiple choice" : NUMBER.test(answer) ? "numerical" : "free-form",
    options: options.map((text, place) => `${letter(place)}. ${text}`),
    process: typeof process === "string" ? process : thought === null ? "" : `<think>${thought.text}</think>`,
    solution: `<answer>${options.length > 0 ? letterOf(answer, options) : answer}</answer>`,
    path: medium.path,
    data_source: String(take(NAMES.source)?.[1] ?? ""),
  };
}

interface Said {
  readonly question: string;
  readonly answer: string;
  readonly medium: Medium | null;
}
interface Medium {
  readonly type: "video" | "image";
  readonly path: string;
}

/** One question and one answer, as LLaVA (`from`, `value`) or chat services (`role`, `content`) write them. */
function readTurns(field: string, turns: readonly unknown[]): Partial<Said> {
  const questions: string[] = [];
  const answers: string[] = [];
  let medium: Medium | null = null;
  for (const turn of turns.slice(0, 20)) {
    const { from, role, value, content } = (typeof turn === "object" && turn !== null ? turn : {}) as Fields;
    const who = String(role ?? from);
    const parts = content ?? value;
    medium ??= mediumInside(parts);
    if (["user", "human"].includes(who)) questions.push(textOf(parts));
    else if (["assistant", "gpt", "model"].includes(who)) answers.push(textOf(parts));
  }
  if (questions.length !== 1 || answers.length > 1) {
    const reason = `the conversation asks ${questions.length} questions and gives ${answers.length} answers`;
    throw new Refusal(field, reason, "Write one row a question, each with its answer.");
  }
  const [answer] = answers;
  return { question: questions[0]!, ...(answer === undefined ? {} : { answer }), ...(medium && { medium }) };
}

const partsOf = (value: unknown): Fields[] =>
  Array.isArray(value) ? value.filter((part): part is Fields => typeof part === "object" && part !== null) : [];

const textOf = (value: unknown): string =>
  typeof value === "string"
    ? value
    : partsOf(value)
        .map(({ text }) => (typeof text === "string" ? text : ""))
        .join("\n");

function mediumInside(value: unknown): Medium | null {
  for (const part of partsOf(value)) {
    if (typeof part["video"] === "string") return { type: "video", path: localPath(part["video"]) };
    if (typeof part["image"] === "string") return { type: "image", path: localPath(part["image"]) };
  }
  return null;
}

function mediumOf(take: (names: readonly string[]) => [string, unknown] | null): Medium {
  for (const type of ["video", "image", "either"] as const) {
    const found = take(NAMES[type]);
    if (found === null) continue;
    const [field, value] = found;
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    const [one] = list;
    const path = typeof one === "object" && one !== null ? ((one as Fields)["path"] ?? (one as Fields)["video"]) : one;
    if (list.length !== 1 || typeof path !== "string") {
      const reason = list.length > 1 ? `it names ${list.length} media` : "it is no path";
      throw new Refusal(field, reason, "Give one video or picture a row, by its path.");
    }
    const isPicture = type === "image" || (type === "either" && PICTURE.test(path));
    return { type: isPicture ? "image" : "video", path: localPath(path) };
  }
  throw new Refusal(
    "video",
    "the row names no video",
    "Put the video's path into `video` (or a picture's into `image`).",
  );
}

const localPath = (path: string): string => path.replace(/^file:\/\//, "");

function plainText(field: string, value: unknown): string {
  if (typeof value === "string" && value.trim() !== "") return value;
  const reason = value === undefined ? "the row has no question" : "the question is no text";
  throw new Refusal(field, reason, "Put the question's text into `question`.");
}

function answerText(value: unknown): string {
  const one: unknown = Array.isArray(value) && value.length === 1 ? value[0] : value;
  if (typeof one === "number") return String(one);
  if (typeof one === "string" && one.trim() !== "") return one;
  const reason = value === undefined ? "the row has no answer" : "the answer is neither text nor a number";
  throw new Refusal("answer", reason, "Put the right answer into `answer`: text, a number, or the option's letter.");
}

/** Without a thought before it, and out of its tags. */
function untagged(text: string): string {
  const tagged = /<answer>([\s\S]*?)<\/answer>/.exec(text);
  return (tagged?.[1] ?? text.replace(/^[\s\S]*<\/think>/, "")).trim();
}

const letter = (place: number): string => String.fromCharCode(65 + place);

/** Options without their letters, from a list or from `{"A": "left"}`. */
function readOptions(found: [field: string, value: unknown] | null): string[] {
  if (found === null) return [];
  const [field, value] = found;
  const list: unknown[] = Array.isArray(value)
    ? value
    : typeof value === "object"
      ? Object.values(value as object)
      : [];
  if (list.length === 0 && Array.isArray(value)) return [];
  if (list.length < 2 || list.length > 26 || !list.every((one) => ["string", "number"].includes(typeof one))) {
    throw new Refusal(
      field,
      "it is no list of 2 to 26 texts",
      'Write the options as a list such as ["left", "right"].',
    );
  }
  const texts = list.map((one) => String(one).trim());
  const own = texts.map((text, place) => new RegExp(`^\\(?${letter(place)}[).:]\\s*`).exec(text)?.[0].length ?? null);
  return own.every((length) => length !== null) ? texts.map((text, place) => text.slice(own[place]!)) : texts;
}

/** The answer's letter, whether it is given as a letter, as the option's text, or as both. */
function letterOf(answer: string, options: readonly string[]): string {
  const same = (left: string, right: string): boolean => left.trim().toLowerCase() === right.trim().toLowerCase();
  const byText = options.findIndex((option) => same(option, answer));
  if (byText >= 0) return letter(byText);
  const dressed = /^\(?([A-Z])(?:[).:]\s*(.*))?$/s.exec(answer);
  const place = dressed === null ? -1 : dressed[1]!.charCodeAt(0) - 65;
  if (place >= 0 && place < options.length) return letter(place);
  const shown = JSON.stringify(answer.slice(0, 100));
  const reason = `the answer ${shown} is no letter of the ${options.length} options and none of their texts`;
  throw new Refusal("answer", reason, "Give the letter of the right option (A is the first), or its text.");
}
