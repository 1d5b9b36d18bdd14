/**
 * VideoHallu's published files: the benchmark (data.jsonl) and the table of an evaluation, checked and turned into what the
 * rest works with; its rows for training are rows like all others (science/records.ts). What cannot be used becomes a
 * problem with a remedy, as everywhere. And the guard that these files need: videos that are trained on and tested on.
 */
import { z } from "zod";
import { csvRecords } from "../evaluation/csv.ts";
import { problemOf } from "../evaluation/records.ts";
import type { RowProblem } from "../records.ts";
import { RandomStream } from "../rng.ts";
import { readVerdict } from "../judge/answer-judge.ts";
import type { Judged } from "./summary.ts";
import { categoryOf, generatorOf, type Category } from "./taxonomy.ts";

export interface BenchQuestion {
  readonly id: string;
  readonly generator: string;
  /** What the clip was generated from. */
  readonly prompt: string;
  readonly video: string;
  readonly question: string;
  readonly answer: string;
  /** By the second column, as the paper's sub-scores go. */
  readonly category: Category;
  /** False where the first column names another super-category than the second one belongs to (976 published rows). */
  readonly columnsAgree: boolean;
  /** Of the later release only. */
  readonly set: "train" | "test" | null;
}

const text = z.string();
const benchRow = z.object({
  RowID: z.union([z.number(), text]),
  Model: text,
  video_path: text.min(1, "is empty"),
  Prompt: text.optional(),
  Question: text.min(1, "is empty"),
  Answer: text.min(1, "is empty"),
  "Categorization-1": text,
  "Categorization-2": text,
  set: z.enum(["train", "test"]).nullish(),
});

export interface Read<Row> {
  readonly rows: readonly Row[];
  readonly problems: readonly RowProblem[];
}

/** data.jsonl, one question a line. `file` is only named in problems. */
export function readBench(jsonl: string, file: string): Read<BenchQuestion> {
  return readLines(jsonl, file, (value, complain) => {
    const parsed = benchRow.safeParse(value);
    if (!parsed.success) return complain(...firstIssue(parsed.error), "Take the file as it was published.");
    const { RowID, Model, video_path, Prompt, Question, Answer, set, ...columns } = parsed.data;
    const category = categoryOf(columns["Categorization-2"]);
    if (category === null) {
      const reason = `${JSON.stringify(columns["Categorization-2"])} is none of the 13 sub-categories`;
      return complain("Categorization-2", reason, "Correct the code, e.g. P-M.");
    }
    const path = insidePath(video_path);
    if (path === null) return complain("video_path", "it does not stay inside the media root", "Correct the path.");
    return {
      id: String(RowID),
      generator: generatorOf(Model),
      prompt: Prompt ?? "",
      video: path,
      question: Question,
      answer: Answer,
      category,
      columnsAgree: superNameOf(columns["Categorization-1"]) === category.superCategory,
      set: set ?? null,
    };
  });
}

/** Column 1 as the taxonomy writes it; the published spellings differ in case and hyphens. */
function superNameOf(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[-_]/g, " ").trim();
  if (plain.includes("consistency")) return "consistency";
  if (plain.includes("common")) return "common sense";
  return plain;
}

/** The evaluation's table: the benchmark's columns, one with a model's responses and one with a judge's verdicts. */
export function readEvaluation(csv: string, file: string, model: string): Read<Judged> {
  const rows: Judged[] = [];
  const problems: RowProblem[] = [];
  let row = 0;
  for (const record of csvRecords(csv)) {
    row += 1;
    const [response, judgment] = [record[model], record[`${model}_judgment`]];
    const category = categoryOf(record["Categorization-2"] ?? "");
    const missing = response === undefined ? model : judgment === undefined ? `${model}_judgment` : null;
    if (missing !== null || category === null) {
      const remedy = "Take the file as the authors' script writes it, with the model's name as its column.";
      problems.push(problemOf(file, row, missing ?? "Categorization-2", "it is missing or unknown", remedy));
      continue;
    }
    rows.push({
      category: category.code,
      video: record["video_path"] ?? "",
      question: record["Question"] ?? "",
      truth: record["Answer"] ?? "",
      response: response!,
      verdict: readVerdict(judgment!),
    });
  }
  return { rows, problems };
}

/** Videos that stand in both lists: what a model was trained on it must not be tested on, whatever the question. */
export function sharedVideos(train: readonly string[], test: readonly string[]): string[] {
  const known = new Set(train.map(videoName));
  return [...new Set(test.map(videoName))].filter((name) => known.has(name)).sort();
}

/** Splits rows by video: all questions of one video go the same way. `share` of the videos go to test. */
export function splitByVideo<Row>(
  rows: readonly Row[],
  videoOf: (row: Row) => string,
  share: number,
  seed = 0,
): { readonly train: readonly Row[]; readonly test: readonly Row[] } {
  const videos = [...new Set(rows.map((row) => videoName(videoOf(row))))].sort();
  const shuffled = new RandomStream("split by video", seed).shuffled(videos);
  const tested = new Set(shuffled.slice(0, Math.round(videos.length * share)));
  const isTest = (row: Row): boolean => tested.has(videoName(videoOf(row)));
  return { train: rows.filter((row) => !isTest(row)), test: rows.filter(isTest) };
}

/** `./Sora/x.mp4` and `Sora/x.mp4` are one video, also where a generator is written otherwise. */
function videoName(path: string): string {
  return path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .map((part) => generatorOf(part))
    .join("/");
}

type Complain = (field: string | null, reason: string, remedy: string) => null;

function readLines<Row>(
  jsonl: string,
  file: string,
  read: (value: unknown, complain: Complain) => Row | null,
): Read<Row> {
  const rows: Row[] = [];
  const problems: RowProblem[] = [];
  jsonl
    .split("\n")
    .filter((line) => line.trim() !== "")
    .forEach((line, index) => {
      const complain: Complain = (field, reason, remedy) => {
        problems.push(problemOf(file, index + 1, field, reason, remedy));
        return null;
      };
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch (error) {
        complain(null, `not valid JSON (${(error as Error).message})`, "Correct the line or take it out.");
        return;
      }
      const row = read(value, complain);
      if (row !== null) rows.push(row);
    });
  return { rows, problems };
}

function firstIssue(error: z.ZodError): [field: string | null, reason: string] {
  const issue = error.issues[0]!;
  return [issue.path.length > 0 ? String(issue.path[0]) : null, issue.message];
}

function insidePath(path: string): string | null {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  return path.startsWith("/") || /[\\\0]/.test(path) || parts.includes("..") || parts.length === 0
    ? null
    : parts.join("/");
}
