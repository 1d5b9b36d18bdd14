/** A benchmark's published file becomes items; a record that cannot be one becomes a problem, and the others go on. */
import { extractAnswer } from "../answers.ts";
import { letterOf } from "../extraction/letter.ts";
import type { Interval } from "../metrics/grounding.ts";
import { readSamples, type ProblemType, type RowProblem, type Sample } from "../records.ts";
import type { Benchmark, Format, Mapping } from "./benchmark.ts";
import type { BenchmarkItem, MetricName } from "./items.ts";
import { filled, problemOf, recordsOf, valueAt, type BenchmarkRecord } from "./records.ts";

export interface BenchmarkFile {
  /** For messages. */
  readonly name: string;
  readonly text: string;
  /** Files beside it that formats join, by name. */
  readonly beside: Readonly<Record<string, string>>;
}

export interface ImportedBenchmark {
  readonly format: string;
  readonly items: readonly BenchmarkItem[];
  readonly problems: readonly RowProblem[];
}

const USUAL_METRIC: Readonly<Record<ProblemType, MetricName>> = {
  "multiple choice": "choice",
  numerical: "number",
  OCR: "wer",
  "free-form": "rouge",
  regression: "mra-video-r1",
};

/** @throws RangeError where the file is in none of the benchmark's formats. */
export function importBenchmark(benchmark: Benchmark, file: BenchmarkFile): ImportedBenchmark {
  const reasons: string[] = [];
  for (const format of benchmark.formats) {
    const records = candidates(format, file.text);
    if (typeof records === "string") reasons.push(`${format.id}: ${records}`);
    else if (format.kind === "video-r1") return fromVideoR1(benchmark, format, file);
    else return fromRecords(benchmark, format, records, file);
  }
  throw new RangeError(
    `${file.name} is in none of the formats of ${benchmark.title} (${reasons.join("; ")}). ` +
      "Take the file as it was published, or give another benchmark.",
  );
}

/** The records of a file in a format; a string says why it is not in that format. */
function candidates(format: Format, text: string): BenchmarkRecord[] | string {
  let records: BenchmarkRecord[];
  try {
    records = format.kind === "video-r1" ? videoR1Heads(text) : recordsOf(text, format);
  } catch (error) {
    return (error as Error).message;
  }
  const first = records[0];
  if (first === undefined) return "it holds no record";
  const missing = format.has.filter((field) => valueAt(first, field) === undefined);
  return missing.length === 0 ? records : `its records have no ${missing.join(", ")}`;
}

function videoR1Heads(text: string): BenchmarkRecord[] {
  const { samples } = readSamples(text, "", { strict: true });
  return samples.slice(0, 1).map((sample) => ({ problem_id: sample.id, solution: sample.solution, path: sample.path }));
}

/** Rows as Video-R1's own evaluation files hold them. */
function fromVideoR1(benchmark: Benchmark, format: Format, file: BenchmarkFile): ImportedBenchmark {
  const { samples, problems } = readSamples(file.text, file.name, { strict: true });
  const items = samples.map((sample): BenchmarkItem => {
    const original = sample.extra["original_question_type"];
    const duration = sample.extra["duration"];
    return {
      sample,
      metric: benchmark.metrics[sample.problemType] ?? USUAL_METRIC[sample.problemType],
      truth: {},
      groups: {
        type: sample.task || (typeof original === "string" ? original : "") || sample.problemType,
        "answer type": sample.problemType,
        ...(typeof duration === "string" ? { duration } : {}),
        ...orderGroup(sample),
      },
      subtitles: null,
    };
  });
  return { format: format.id, items, problems };
}

/** Rows that say whether the order of frames matters are broken down by it. */
function orderGroup(sample: Sample): Record<string, string> {
  const said = sample.extra["time_dependent"];
  return typeof said === "boolean" ? { order: said ? "matters" : "does not matter" } : {};
}

function fromRecords(
  benchmark: Benchmark,
  format: Format,
  records: readonly BenchmarkRecord[],
  file: BenchmarkFile,
): ImportedBenchmark {
  const items: BenchmarkItem[] = [];
  const problems: RowProblem[] = [];
  const joined = joinedFile(format, file);
  const seen = new Map<string, number>();
  records.forEach((record, index) => {
    const whole =
      format.join === undefined ? record : { ...record, [format.join.as]: joinedValue(format, record, joined) };
    const item = itemOf(benchmark, format.map!, whole, (field, reason, remedy) => {
      problems.push(problemOf(file.name, index + 1, field, reason, remedy));
    });
    if (item === null) return;
    const times = (seen.get(item.sample.id) ?? 0) + 1;
    seen.set(item.sample.id, times);
    // Some sets number their questions anew for each video: samples are told apart by their names.
    items.push(times === 1 ? item : { ...item, sample: { ...item.sample, id: `${item.sample.id}#${times}` } });
  });
  return { format: format.id, items, problems };
}

function joinedFile(format: Format, file: BenchmarkFile): unknown {
  if (format.join === undefined) return null;
  const text = file.beside[format.join.file];
  if (text === undefined) {
    throw new RangeError(`${file.name} needs ${format.join.file} beside it: put that file into the same folder.`);
  }
  return JSON.parse(text) as unknown;
}

function joinedValue(format: Format, record: BenchmarkRecord, joined: unknown): unknown {
  return format.join!.path.reduce<unknown>((value, key) => valueAt(value, filled(key, record) ?? ""), joined);
}

type Complain = (field: string | null, reason: string, remedy: string) => void;

function itemOf(benchmark: Benchmark, map: Mapping, record: BenchmarkRecord, complain: Complain): BenchmarkItem | null {
  const missing = (field: string, template: string): null => {
    complain(field, `it has no ${template.replace(/[{}]/g, "")}`, "Take the file as it was published.");
    return null;
  };
  const id = filled(map.id, record);
  if (id === null) return missing("id", map.id);
  const asked = filled(map.question, record);
  if (asked === null) return missing("question", map.question);
  const path = filled(map.path, record);
  if (path === null) return missing("path", map.path);
  const problemType = chosenCase<ProblemType>(map.problemType, record);
  const rule = chosenCase<AnswerRule>(map.answer, record);
  if (problemType === undefined || rule === undefined) return missing("problemType", "question type that is known");
  const { question, options } = optionsOf(chosenCase<OptionsRule>(map.options, record) ?? null, record, asked);
  const truths = map.segments === undefined ? null : segmentsOf(valueAt(record, map.segments));
  if (map.segments !== undefined && truths === null) return missing("segments", map.segments);
  const answer = answerOf(rule, record, options);
  if (answer === null) {
    complain("answer", "its answer is missing or is none of its options", "Take the file as it was published.");
    return null;
  }
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (path.startsWith("/") || /[\\\0]/.test(path) || parts.includes("..") || parts.length === 0) {
    complain("path", `the path ${JSON.stringify(path)} does not stay inside the media root`, "Correct the path.");
    return null;
  }
  const groups = Object.entries(map.groups).flatMap(([name, template]) => {
    const value = filled(template, record);
    return value === null || value === "" ? [] : [[name, value] as const];
  });
  const sample: Sample = {
    id,
    question,
    dataType: map.dataType,
    problemType,
    options: options.map((option, index) => `${letterOf(index)}. ${option}`),
    solution: `<answer>${answer}</answer>`,
    answer,
    path: parts.join("/"),
    task: groups.find(([name]) => name === "type")?.[1] ?? "",
    extra: {},
  };
  const metric =
    chosenCase<MetricName>(map.metric, record) ?? benchmark.metrics[problemType] ?? USUAL_METRIC[problemType];
  return {
    sample,
    metric,
    truth: truths === null ? {} : { segments: truths },
    groups: Object.fromEntries(groups),
    subtitles: map.subtitles === undefined ? null : filled(map.subtitles, record),
  };
}

type ByField<Value> = Value | { readonly field: string; readonly cases: Readonly<Record<string, Value>> };

function chosenCase<Value>(given: ByField<Value> | undefined, record: BenchmarkRecord): Value | undefined {
  if (typeof given !== "object" || given === null || !("cases" in given)) return given as Value | undefined;
  return given.cases[String(valueAt(record, given.field))] ?? given.cases["*"];
}

/** An option's own letter is taken off: the samples' letters are ours, by place. */
const bare = (option: unknown): string => String(option).replace(/^\s*(?:\([A-Z]\)|[A-Z][.:)])\s*/, "");

const isGiven = (value: unknown): boolean => value !== null && value !== undefined && value !== "";

type OptionsRule = Exclude<Mapping["options"], { cases: unknown } | undefined>;

function optionsOf(
  rule: OptionsRule,
  record: BenchmarkRecord,
  question: string,
): { question: string; options: readonly string[] } {
  if (rule === null) return { question, options: [] };
  if ("inQuestion" in rule) {
    const lines = question.split("\n");
    const first = lines.findIndex((line) => /^\s*\(?A[.:)]\s*\S/.test(line));
    if (first === -1) return { question, options: [] };
    return {
      question: lines.slice(0, first).join("\n").trim(),
      options: lines
        .slice(first)
        .filter((line) => line.trim() !== "")
        .map(bare),
    };
  }
  if ("fields" in rule) {
    const options = rule.fields.map((field) => valueAt(record, field)).filter(isGiven);
    return { question, options: options.map(bare) };
  }
  const value = valueAt(record, "object" in rule ? rule.object : rule.list);
  const list = Array.isArray(value) ? value : typeof value === "object" && value !== null ? Object.values(value) : [];
  const text = "list" in rule ? (rule.text ?? null) : null;
  return {
    question,
    options: list.filter(isGiven).map((one) => bare(text === null ? one : valueAt(one, text))),
  };
}

type AnswerRule = Exclude<Mapping["answer"], { cases: unknown }>;

function answerOf(rule: AnswerRule, record: BenchmarkRecord, options: readonly string[]): string | null {
  const letters = options.map((_, index) => letterOf(index));
  if ("chosen" in rule) {
    const list = valueAt(record, rule.chosen);
    if (!Array.isArray(list)) return null;
    const right = letters.filter((_, index) => String(valueAt(list[index], rule.field)) === rule.equals);
    // None may be right: the answer is then the empty choice, written as a dash.
    return right.length === 0 ? "-" : right.join(",");
  }
  const text = filled(rule.text, record)?.trim() ?? "";
  if (text === "") return null;
  switch (rule.as) {
    case "text": {
      const at = options.findIndex((option) => option.trim().toLowerCase() === bare(text).trim().toLowerCase());
      return options.length === 0 ? text : at === -1 ? null : letters[at]!;
    }
    case "index":
      return letters[Number(text)] ?? null;
    case "lead": {
      const letter = /^\s*\(?([A-Z])(?![A-Za-z])/.exec(text)?.[1];
      return letter !== undefined && letters.includes(letter) ? letter : null;
    }
    case "tags":
      return extractAnswer(text) || null;
    case "letter":
      return options.length > 0 && !letters.includes(text) ? null : text;
  }
}

/** `[start, end]` or a list of such pairs; null for anything else. */
function segmentsOf(value: unknown): Interval[] | null {
  const isPair = (one: unknown): one is Interval =>
    Array.isArray(one) && one.length === 2 && one.every((end) => typeof end === "number" && Number.isFinite(end));
  if (isPair(value)) return [value];
  return Array.isArray(value) && value.length > 0 && value.every(isPair) ? value : null;
}
