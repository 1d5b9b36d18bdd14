/** The records of a benchmark's file, whatever its container: flat objects, each with its place for messages. */
import type { RowProblem } from "../records.ts";
import type { Format } from "./benchmark.ts";
import { csvRecords } from "./csv.ts";

export type BenchmarkRecord = Readonly<Record<string, unknown>>;

/** A value inside a record: `{a.b}` goes into objects. */
export function valueAt(record: unknown, path: string): unknown {
  return path === ""
    ? record
    : path.split(".").reduce<unknown>((value, key) => (isObject(value) ? value[key] : undefined), record);
}

/** A template with its `{fields}` filled in; null when one of them is missing. */
export function filled(template: string, record: BenchmarkRecord): string | null {
  let whole = true;
  const text = template.replace(/\{([^{}]+)\}/g, (_, path: string) => {
    const value = Object.hasOwn(record, path) ? record[path] : valueAt(record, path);
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return String(value);
    whole = false;
    return "";
  });
  return whole ? text : null;
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

/** @throws SyntaxError where the text is not what its kind says. */
export function recordsOf(text: string, format: Format): BenchmarkRecord[] {
  const roots = rootsOf(text, format);
  return format.steps
    .reduce<unknown[]>((records, step) => records.flatMap((record) => inside(record, step)), roots)
    .filter(isObject)
    .filter((record) =>
      Object.entries(format.only).every(([field, values]) => values.includes(String(valueAt(record, field)))),
    );
}

function rootsOf(text: string, format: Format): unknown[] {
  switch (format.kind) {
    case "csv":
      return [...csvRecords(text)];
    case "jsonl":
      return text
        .split("\n")
        .filter((line) => line.trim() !== "")
        .map((line) => JSON.parse(line) as unknown);
    case "charades":
      return text
        .split("\n")
        .filter((line) => line.includes("##"))
        .map(charadesLine);
    default: {
      const value = JSON.parse(text.replace(/^\ufeff/, "")) as unknown;
      return Array.isArray(value) && format.steps.length === 0 ? value : [value];
    }
  }
}

/** `VIDEO start end##sentence`. */
function charadesLine(line: string, row: number): BenchmarkRecord {
  const [place = "", sentence = ""] = line.split("##");
  const [video, start, end] = place.trim().split(/\s+/);
  return {
    row,
    video,
    start: Number(start),
    end: Number(end),
    span: [Number(start), Number(end)],
    sentence: sentence.trim(),
  };
}

function inside(record: unknown, step: Format["steps"][number]): unknown[] {
  const above = isObject(record) && !Array.isArray(record) ? record : {};
  if ("list" in step) {
    const list = valueAt(record, step.list);
    return Array.isArray(list) ? list.map((element) => merged(above, element)) : [];
  }
  const entries = valueAt(record, step.entries);
  if (!isObject(entries)) return [];
  // What is entered from its key alone has nothing above it to keep.
  const kept = step.entries === "" ? {} : above;
  return Object.entries(entries).map(([key, value]) => ({ ...(merged(kept, value) as object), [step.key]: key }));
}

function merged(above: object, element: unknown): unknown {
  if (Array.isArray(element)) return { ...above, "": element };
  return isObject(element) ? { ...above, ...element } : { ...above, value: element };
}

export function problemOf(file: string, row: number, field: string | null, reason: string, remedy: string): RowProblem {
  return {
    file,
    row,
    field,
    place: field === null ? `record ${row}` : `record ${row}, field ${field}`,
    reason,
    remedy,
  };
}
