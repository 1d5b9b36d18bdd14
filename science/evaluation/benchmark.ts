/**
 * A benchmark as data: how its questions are published, how a record becomes a sample, what it is scored by, and what was
 * published about it. One JSON file each in `resources/benchmarks/`.
 */
import { z } from "zod";
import { PROBLEM_TYPES } from "../records.ts";
import { METRIC_NAMES } from "./items.ts";

/** `{field}` and `{field.inner}` are replaced by the record's values. */
const template = z.string();

/** A value by a field's value; `*` for every other. */
const byField = <Value extends z.ZodType>(value: Value) =>
  z.union([value, z.object({ field: z.string(), cases: z.record(z.string(), value) })]);

const stepSchema = z.union([
  /** Goes into a list; `""` is the record itself. Fields above are kept, the element's own win. */
  z.object({ list: z.string() }),
  /** Goes into an object's entries; the key is kept under `key`. `""` is the record itself. */
  z.object({ entries: z.string(), key: z.string() }),
]);

const optionsSchema = z.union([
  /** Of a list of objects `text` is the field with the option's words. */
  z.object({ list: z.string(), text: z.string().optional() }),
  z.object({ object: z.string() }),
  z.object({ fields: z.array(z.string()) }),
  /** Lines `A. …` at the end of the question. */
  z.object({ inQuestion: z.literal(true) }),
]);

const answerSchema = z.union([
  z.object({
    text: template,
    /** letter: as it is · text: the words of an option · index: its place from 0 · lead: starts with its letter · tags: in answer tags */
    as: z.enum(["letter", "text", "index", "lead", "tags"]),
  }),
  /** All options of a list of objects for which a field has a value (CLEVRER). */
  z.object({ chosen: z.string(), field: z.string(), equals: z.string() }),
]);

export const mappingSchema = z.object({
  id: template,
  question: template,
  options: byField(optionsSchema.nullable()).optional(),
  answer: byField(answerSchema),
  problemType: byField(z.enum(PROBLEM_TYPES)),
  dataType: z.enum(["video", "image"]).default("video"),
  path: template,
  metric: byField(z.enum(METRIC_NAMES)).optional(),
  groups: z.record(z.string(), template).default({}),
  /** Field with `[start, end]` or a list of such pairs. */
  segments: z.string().optional(),
  subtitles: template.optional(),
});
export type Mapping = z.infer<typeof mappingSchema>;

export const formatSchema = z.object({
  id: z.string(),
  about: z.string(),
  /** `video-r1`: the rows that Video-R1 trains and evaluates with; needs no mapping. */
  kind: z.enum(["json", "jsonl", "csv", "charades", "video-r1"]),
  steps: z.array(stepSchema).default([]),
  /** Fields by which a record is known to be of this format. */
  has: z.array(z.string()).default([]),
  /** Only records in which a field has one of these values. */
  only: z.record(z.string(), z.array(z.string())).default({}),
  /** A second file beside the first; the value at `path` is kept under `as`. */
  join: z.object({ file: z.string(), path: z.array(template), as: z.string() }).optional(),
  map: mappingSchema.optional(),
});
export type Format = z.infer<typeof formatSchema>;

export const derivedSchema = z.object({
  name: z.string(),
  about: z.string(),
  /** Which group the parts are values of. */
  by: z.string(),
  parts: z.array(z.array(z.string())),
  of: z.string().default("score"),
});
export type Derived = z.infer<typeof derivedSchema>;

export const publishedSchema = z.object({
  model: z.string(),
  metric: z.string(),
  /** Percent, as printed. */
  value: z.number(),
  frames: z.number().int().nullable(),
  /** What else is known of its protocol. */
  protocol: z.string(),
  source: z.string(),
});
export type Published = z.infer<typeof publishedSchema>;

export const benchmarkSchema = z.object({
  id: z.string().regex(/^[a-z0-9-]+$/),
  title: z.string(),
  about: z.string(),
  paper: z.string(),
  homepage: z.string(),
  /** Number of items of the whole set as published; null where it is not known for sure. */
  items: z.number().int().nullable(),
  media: z.object({ root: z.string(), note: z.string() }),
  formats: z.array(formatSchema).min(1),
  /** Metric of each type of question; types that are not named take the usual one. */
  metrics: z.record(z.string(), z.enum(METRIC_NAMES)).default({}),
  mainMetric: z.string().default("score"),
  derived: z.array(derivedSchema).default([]),
  presets: z.array(z.string()).min(1),
  published: z.array(publishedSchema).default([]),
  /** In what its scores here cannot equal published ones, if anything. */
  caveat: z.string().optional(),
});
export type Benchmark = z.infer<typeof benchmarkSchema>;

/** @throws RangeError that names the file and the field. */
export function parseBenchmark(value: unknown, file: string): Benchmark {
  const parsed = benchmarkSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  throw new RangeError(
    `${file} is no description of a benchmark: ${issue.path.join(".") || "the file"}: ${issue.message}. ` +
      "Compare it with those in resources/benchmarks.",
  );
}
