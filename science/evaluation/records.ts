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

/** A value on the way in, with the fields that stand above it. */
interface Reached {
  readonly above: BenchmarkRecord;
  readonly value: unknown;
}

/** @throws SyntaxError where the text is not what its kind says. */
export function recordsOf(text: string, format: Format): BenchmarkRecord[] {
  const roots = rootsOf(text, format).map((value): Reached => ({ above: {}, value }));
  return format.steps
    .reduce<Reached[]>((reached, step) => reached.flatMap((one) => inside(one, step)), roots)
    .filter(({ value }) => isObject(value))
    .map(({ above, value }): BenchmarkRecord => ({ ...above, ...(value as object) }))
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

function inside({ above, value }: Reached, step: Format["steps"][number]): Reached[] {
  const path = "list" in step ? step.list : step.entries;
  const found = valueAt(value, path);
  // Entered by a name, the fields beside that name belong to every element.
  const kept = path === "" || !isObject(value) ? above : { ...above, ...value };
  if ("list" in step)
    return Array.isArray(found) ? found.map((element: unknown) => ({ above: kept, value: element })) : [];
  return isObject(found)
    ? Object.entries(found).map(([key, entry]) => ({ above: { ...kept, [step.key]: key }, value: entry }))
    : [];
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
