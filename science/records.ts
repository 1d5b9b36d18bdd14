/**
 * Rows in Video-R1's JSON format, from a JSON array or from JSONL, parsed row by row: a malformed row becomes a
 * {@link RowProblem} and the others go on. Rows that are written otherwise go through `everyday-rows.ts` first.
 */
import { z } from "zod";
import { extractAnswer } from "./answers.ts";
import { everydayRow, isEveryday } from "./everyday-rows.ts";

export const PROBLEM_TYPES = ["multiple choice", "numerical", "OCR", "free-form", "regression"] as const;
export type ProblemType = (typeof PROBLEM_TYPES)[number];

/** One question about one picture or clip. */
export interface Sample {
  readonly id: string;
  readonly question: string;
  readonly dataType: "image" | "video";
  readonly problemType: ProblemType;
  /** Already lettered, e.g. `"A. left"`; empty where there is nothing to choose from. */
  readonly options: readonly string[];
  /** Teacher's reasoning with its own `<think>` tags; only rows for cold-start SFT have it. */
  readonly process?: string;
  /** Ground truth inside its `<answer>` tags. */
  readonly solution: string;
  /** Ground truth without tags: the letter for multiple choice. */
  readonly answer: string;
  /** Relative to the media root, `/` as separator, without the leading `./`. */
  readonly path: string;
  /** `data_source` of the row, "" when it has none. */
  readonly task: string;
  /** Fields of the row that Video-R1 does not know, as they stood. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** For groups that are known by their numbers alone: a stand-in where no part of the reward looks at the row. */
export const NO_SAMPLE: Sample = {
  id: "",
  question: "",
  dataType: "video",
  problemType: "multiple choice",
  options: [],
  solution: "",
  answer: "",
  path: "",
  task: "",
  extra: {},
};

/** Why a row cannot be used: fits the journal's `data_error`. */
export interface RowProblem {
  readonly file: string;
  /** Row number, counted from 1. */
  readonly row: number;
  readonly field: string | null;
  readonly place: string;
  readonly reason: string;
  readonly remedy: string;
}

export type RowResult =
  | { readonly kind: "sample"; readonly row: number; readonly sample: Sample }
  | { readonly kind: "problem"; readonly row: number; readonly problem: RowProblem };

/** Far above any real row; a longer text would only stall the tokenizer and fill the memory. */
const MAX_TEXT_LENGTH = 100_000;
const MAX_OPTIONS = 1000;
const MAX_DEPTH = 32;

const text = (): z.ZodString => z.string().max(MAX_TEXT_LENGTH, `is longer than ${MAX_TEXT_LENGTH} characters`);

/** The row as it stands in the file; unknown fields are kept. VideoHallu's files call short free answers a type of their own. */
export const rowSchema = z.looseObject({
  problem_id: z.union([z.number(), z.string().max(1000, "is longer than 1000 characters")]),
  problem: text().min(1, "is empty"),
  data_type: z.enum(["image", "video"]),
  problem_type: z.preprocess((type) => (type === "short-free-form" ? "free-form" : type), z.enum(PROBLEM_TYPES)),
  options: z.array(text()).max(MAX_OPTIONS, `has more than ${MAX_OPTIONS} entries`).nullish(),
  process: text().nullish(),
  solution: text(),
  path: z.string().min(1, "is empty").max(4096, "is longer than 4096 characters"),
  data_source: z.string().max(1000, "is longer than 1000 characters").nullish(),
});

const REMEDIES: Readonly<Record<string, string>> = {
  problem_id: "Give every row a `problem_id` (a number or a string).",
  problem: "Put the question's text into `problem`.",
  data_type: 'Set `data_type` to "image" or "video".',
  problem_type: `Set \`problem_type\` to one of: ${PROBLEM_TYPES.join(", ")}.`,
  options: 'Give `options` as a list such as ["A. left", "B. right"], or leave it out.',
  solution: "Wrap the ground truth as `<answer>…</answer>` in `solution`.",
  path: "Give the medium's path relative to the media root, without `..`.",
};

export interface RowReading {
  /** Whole paths are taken where they lie under it. */
  readonly mediaRoot?: string | undefined;
  /** Only Video-R1's own format, for who must tell formats apart. */
  readonly strict?: boolean;
}

/** Checks one parsed row. `row` counts from 1. */
export function readRow(
  value: unknown,
  file: string,
  row: number,
  { mediaRoot, strict = false }: RowReading = {},
): RowResult {
  const problem = (field: string | null, reason: string, remedy?: string): RowResult => ({
    kind: "problem",
    row,
    problem: {
      file,
      row,
      field,
      place: field === null ? `row ${row}` : `row ${row}, field ${field}`,
      reason,
      remedy: remedy ?? REMEDIES[field ?? ""] ?? "Correct the row or take it out of the file.",
    },
  });
  const everyday = !strict && isEveryday(value) ? everydayRow(value, row) : null;
  if (everyday?.kind === "problem") return problem(everyday.field, everyday.reason, everyday.remedy);
  const parsed = rowSchema.safeParse(everyday?.row ?? value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    const field = issue.path.length > 0 ? String(issue.path[0]) : null;
    const missing = field !== null && typeof value === "object" && value !== null && !(field in value);
    return problem(field, missing ? "the field is missing" : issue.message);
  }
  const {
    problem_id,
    problem: question,
    data_type,
    problem_type,
    options,
    process,
    solution,
    path,
    data_source,
    ...extra
  } = parsed.data;
  if (isDeeperThan(extra, MAX_DEPTH)) return problem(null, `its values are nested more than ${MAX_DEPTH} deep`);
  const answer = extractAnswer(solution);
  if (answer === "") return problem("solution", "it holds no `<answer>…</answer>` with something inside");
  if (problem_type === "multiple choice" && (options ?? []).length < 2) {
    return problem("options", "a multiple choice question needs at least two options");
  }
  const inside = mediaRoot === undefined ? path : underRoot(path, mediaRoot);
  const parts = inside.split("/").filter((part) => part !== "" && part !== ".");
  if (inside.startsWith("/") || /[\\\0]/.test(inside) || parts.includes("..") || parts.length === 0) {
    const reason = `the path ${JSON.stringify(path)} does not stay inside the media root${mediaRoot ? ` ${mediaRoot}` : ""}`;
    const whole = "Give a media root that holds the file, or write the path from the media root on.";
    return inside.startsWith("/") ? problem("path", reason, whole) : problem("path", reason);
  }
  const sample: Sample = {
    id: String(problem_id),
    question,
    dataType: data_type,
    problemType: problem_type,
    options: options ?? [],
    ...(process ? { process } : {}),
    solution,
    answer,
    path: parts.join("/"),
    task: data_source ?? "",
    extra,
  };
  return { kind: "sample", row, sample };
}

/** A whole path as it stands from the media root on, where it begins with that. */
function underRoot(path: string, mediaRoot: string): string {
  const root = mediaRoot.endsWith("/") ? mediaRoot : `${mediaRoot}/`;
  return path.startsWith(root) ? path.slice(root.length) : path;
}

/** Whether objects and lists lie in one another more than `depth` deep; looks no deeper than that itself. */
function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeeperThan(inner, depth - 1));
}

/**
 * Reads the rows of a JSON array or of JSONL text one by one. `file` is only named in problems. Never throws.
 *
 * A row whose `problem_id` an earlier row has is used under the name `<problem_id>#<row>`, since samples are told apart
 * by their names, and is reported beside.
 */
export function* readRows(text: string, file: string, reading: RowReading = {}): Generator<RowResult> {
  const rowOf = new Map<string, number>();
  for (const result of parsedRows(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text, file, reading)) {
    if (result.kind === "problem") {
      yield result;
      continue;
    }
    const { row, sample } = result;
    const first = rowOf.get(sample.id);
    rowOf.set(sample.id, first ?? row);
    if (first === undefined) {
      yield result;
      continue;
    }
    const id = `${sample.id}#${row}`;
    const place = `row ${row}, field problem_id`;
    const reason = `${JSON.stringify(sample.id)} is already the name of row ${first}; this row is used as ${id}`;
    const remedy = "Give every row its own `problem_id`.";
    yield { kind: "problem", row, problem: { file, row, field: "problem_id", place, reason, remedy } };
    yield { kind: "sample", row, sample: { ...sample, id } };
  }
}

const BYTE_ORDER_MARK = "\ufeff";

function* parsedRows(text: string, file: string, reading: RowReading): Generator<RowResult> {
  const isArray = text.trimStart().startsWith("[");
  if (!isArray && !looksLikeLines(text)) {
    const reason = text.trim() === "" ? "the file is empty" : "it is neither a JSON list nor one JSON object a line";
    const remedy = "Write the rows as a JSON array, or as JSONL with one row a line.";
    yield { kind: "problem", row: 1, problem: { file, row: 1, field: null, place: "the whole file", reason, remedy } };
    return;
  }
  let row = 0;
  for (const piece of isArray ? arrayElements(text) : lines(text)) {
    row++;
    let value: unknown;
    try {
      value = JSON.parse(piece);
    } catch (error) {
      const reason = `not valid JSON (${(error as Error).message})`;
      const remedy = "Correct the row's quotes, commas and brackets, or take it out of the file.";
      yield { kind: "problem", row, problem: { file, row, field: null, place: `row ${row}`, reason, remedy } };
      continue;
    }
    yield readRow(value, file, row, reading);
  }
}

/** All samples and all problems of a file's text. */
export function readSamples(
  text: string,
  file: string,
  reading: RowReading = {},
): { samples: Sample[]; problems: RowProblem[] } {
  const samples: Sample[] = [];
  const problems: RowProblem[] = [];
  for (const result of readRows(text, file, reading)) {
    if (result.kind === "sample") samples.push(result.sample);
    else problems.push(result.problem);
  }
  return { samples, problems };
}

/** Whether one of the first lines is a JSON object by itself: a file of another kind is one problem, not one a line. */
function looksLikeLines(text: string): boolean {
  let looked = 0;
  for (const line of lines(text)) {
    if (looked++ === 20) break;
    if (!line.trimStart().startsWith("{")) continue;
    try {
      JSON.parse(line);
      return true;
    } catch {
      continue;
    }
  }
  return false;
}

function* lines(text: string): Generator<string> {
  for (let start = 0; start < text.length;) {
    const newline = text.indexOf("\n", start);
    const end = newline === -1 ? text.length : newline;
    const line = text.slice(start, end);
    if (line.trim() !== "") yield line;
    start = end + 1;
  }
}

/** Cuts the text of a JSON array at the commas between its elements, so that one broken element costs only itself. */
function* arrayElements(text: string): Generator<string> {
  let depth = 0;
  let inString = false;
  let start = text.indexOf("[") + 1;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (inString) {
      if (code === 0x5c /* \ */) at++;
      else if (code === 0x22 /* " */ || code === 0x0a /* a JSON string never spans lines */) inString = false;
    } else if (code === 0x22) inString = true;
    else if (code === 0x7b || code === 0x5b) depth++;
    else if ((code === 0x7d || code === 0x5d) && depth > 0) depth--;
    else if (depth === 0 && (code === 0x2c || code === 0x5d)) {
      const piece = text.slice(start, at);
      if (code === 0x2c || piece.trim() !== "") yield piece;
      if (code === 0x5d) return;
      start = at + 1;
    }
  }
  const rest = text.slice(start);
  if (rest.trim() !== "") yield rest;
}
