/**
 * Evaluation result files as Video-R1's scripts write them: `{"results": [row + output, prediction, reward, correct],
 * "final_acc": [{"mean_acc", "mean_mra"}]}`. Also its annotation files, whose rows have `select` instead of `correct`, and a
 * bare list of rows. Pure: the command line and the window read the same way.
 */
import { z } from "zod";
import { extractAnswer } from "./answers.ts";

/** One answered question as it is stored. */
export interface ResultRow {
  /** Place in the file, from 1. */
  readonly row: number;
  readonly id: string;
  readonly question: string;
  /** As the file says, e.g. `multiple choice`; files may hold types that nobody evaluates. */
  readonly problemType: string;
  readonly dataType: string;
  readonly options: readonly string[];
  /** Truth with its tags, and without. */
  readonly solution: string;
  readonly answer: string;
  readonly path: string;
  readonly task: string;
  /** Everything that the model said; null where the file keeps none. */
  readonly output: string | null;
  readonly prediction: string | null;
  readonly reward: number | null;
  readonly correct: boolean | null;
  /** Annotation files only. */
  readonly select: boolean | null;
}

export interface ResultFile {
  readonly rows: readonly ResultRow[];
  /** Means as the file states them; null where it does not. */
  readonly stated: { readonly meanAccuracy: number | null; readonly meanRelativeAccuracy: number | null };
  /** Rows that cannot be read, each with its reason. */
  readonly problems: readonly { readonly row: number; readonly reason: string }[];
}

const text = z.string().nullish();
const rowSchema = z.looseObject({
  problem_id: z.union([z.number(), z.string()]).nullish(),
  problem: text,
  problem_type: z.string(),
  data_type: text,
  options: z.array(z.string()).nullish(),
  solution: z.string(),
  path: text,
  data_source: text,
  original_question_type: text,
  output: text,
  prediction: text,
  answer: text,
  reward: z.number().nullish(),
  correct: z.boolean().nullish(),
  select: z.boolean().nullish(),
});
const meansSchema = z.looseObject({ mean_acc: z.number().nullish(), mean_mra: z.number().nullish() });

/** @throws SyntaxError with a sentence when the text is no such file; single rows never throw. */
export function readResultFile(source: string): ResultFile {
  const value = parsed(source);
  const list = Array.isArray(value) ? value : (value as { results?: unknown } | null)?.results;
  if (!Array.isArray(list)) {
    throw new SyntaxError(
      'It is no result file: there is no list under "results". Give a file that an evaluation wrote.',
    );
  }
  const rows: ResultRow[] = [];
  const problems: { row: number; reason: string }[] = [];
  list.forEach((entry: unknown, index) => {
    const row = index + 1;
    const read = rowSchema.safeParse(entry);
    if (read.success) rows.push(rowOf(read.data, row));
    else {
      const issue = read.error.issues[0]!;
      problems.push({ row, reason: `${issue.path.join(".") || "the row"}: ${issue.message}` });
    }
  });
  return { rows, stated: statedMeans(value), problems };
}

function rowOf(row: z.infer<typeof rowSchema>, place: number): ResultRow {
  return {
    row: place,
    id: String(row.problem_id ?? place),
    question: row.problem ?? "",
    problemType: row.problem_type,
    dataType: row.data_type ?? "",
    options: row.options ?? [],
    solution: row.solution,
    answer: extractAnswer(row.solution),
    path: row.path ?? "",
    task: row.original_question_type || row.data_source || "",
    output: row.output ?? null,
    prediction: row.prediction ?? row.answer ?? null,
    reward: row.reward ?? null,
    correct: row.correct ?? null,
    select: row.select ?? null,
  };
}

function statedMeans(value: unknown): ResultFile["stated"] {
  const stated = (value as { final_acc?: unknown } | null)?.final_acc;
  const read = meansSchema.safeParse(Array.isArray(stated) ? stated.at(-1) : stated);
  const { mean_acc = null, mean_mra = null } = read.success ? read.data : {};
  return { meanAccuracy: mean_acc ?? null, meanRelativeAccuracy: mean_mra ?? null };
}

/** Python writes NaN and Infinity, which JSON does not know; they are read as null. */
function parsed(source: string): unknown {
  const clean = source.startsWith("\ufeff") ? source.slice(1) : source;
  try {
    return JSON.parse(clean);
  } catch {
    const readable = clean.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (piece) =>
      piece.startsWith('"') ? piece : "null",
    );
    try {
      return JSON.parse(readable);
    } catch (error) {
      throw new SyntaxError(`It is not valid JSON (${(error as Error).message}): write the file again.`, {
        cause: error,
      });
    }
  }
}
