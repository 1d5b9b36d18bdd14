/** Asks a teacher about every row, batch by batch, and writes what passes as an SFT file in the published format. */
import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { annotate, isKept, sftRow, unanswered, type Annotation } from "../../science/annotation.ts";
import type { Sample } from "../../science/records.ts";
import type { LoadedSample } from "../data/dataset.ts";
import { writeFileAtomically } from "../run/durable.ts";
import type { ClipLoader } from "../media/clips.ts";
import { acquireLease } from "../run/lease.ts";
import { MediaError } from "../media/errors.ts";
import { AnnotationLog } from "./annotation-log.ts";
import type { Teacher } from "./teacher.ts";

export interface AnnotateOptions {
  readonly teacher: Teacher;
  readonly clips: Pick<ClipLoader, "load" | "prefetch">;
  readonly samples: readonly Sample[];
  /** Data file that the rows come from: its content belongs to the settings. */
  readonly file: string;
  readonly output: string;
  /** Everything else that decides what the teacher says. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly batchSize: number;
  readonly keepAbove: number;
  readonly signal: AbortSignal;
  readonly say: (line: string) => void;
}

export interface AnnotationEnd {
  readonly rows: number;
  readonly kept: number;
  /** Rows that could not be asked. */
  readonly failed: number;
  readonly withoutReasoning: number;
  /** False when it was told to stop before its end. */
  readonly done: boolean;
}

/** The folder beside the output that holds everything that was said, and the lease of whoever writes there. */
export const workFolder = (output: string): string => `${output}.annotations`;
export const logPath = (output: string): string => join(workFolder(output), "answers.ndjson");

/** @throws Error when the teacher cannot be asked at all; the same command goes on. */
export async function annotateRows(options: AnnotateOptions): Promise<AnnotationEnd> {
  const { teacher, samples, batchSize } = options;
  const rows = createHash("sha256")
    .update(await readFile(options.file))
    .digest("hex");
  const settings = { ...options.settings, teacher: teacher.identity, rows, count: samples.length, batchSize };
  mkdirSync(workFolder(options.output), { recursive: true, mode: 0o700 });
  const lease = acquireLease(workFolder(options.output), 1);
  try {
    return await withLog(options, new AnnotationLog(logPath(options.output), settings));
  } finally {
    lease.release();
  }
}

async function withLog(options: AnnotateOptions, log: AnnotationLog): Promise<AnnotationEnd> {
  const { samples, batchSize, keepAbove, say, signal } = options;
  try {
    const before = log.annotations.length;
    if (before > 0) say(`${before} of ${samples.length} rows were annotated before; going on from there.`);
    const started = performance.now();
    for (let from = before; from < samples.length && !signal.aborted; from += batchSize) {
      options.clips.prefetch(samples.slice(from + batchSize, from + 2 * batchSize));
      try {
        log.add(await oneBatch(options, samples.slice(from, from + batchSize)));
      } catch (error) {
        if (signal.aborted) break;
        throw error;
      }
      say(progress(log.annotations, samples.length, before, performance.now() - started, keepAbove));
    }
    const { annotations } = log;
    const kept = samples.flatMap((sample, index) => {
      const annotation = annotations[index];
      return annotation !== undefined && isKept(annotation, keepAbove) ? [sftRow(sample, annotation)] : [];
    });
    const done = annotations.length >= samples.length;
    // Only a whole file takes this name: whoever trains on it never reads a part.
    if (done) writeFileAtomically(options.output, `[\n${kept.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`);
    return {
      rows: annotations.length,
      kept: kept.length,
      failed: annotations.filter(({ error }) => error !== null).length,
      withoutReasoning: annotations.filter(({ reward, process }) => reward > keepAbove && process === "").length,
      done,
    };
  } finally {
    log.close();
  }
}

async function oneBatch({ teacher, clips, signal, say }: AnnotateOptions, batch: readonly Sample[]) {
  const loaded = await Promise.all(
    batch.map(async (sample): Promise<LoadedSample | Annotation> => {
      try {
        return { sample, clip: await clips.load(sample) };
      } catch (error) {
        if (!(error instanceof MediaError)) throw error;
        say(`row ${sample.id}: ${error.message}`);
        return unanswered(sample, error.message);
      }
    }),
  );
  const usable = loaded.filter((item): item is LoadedSample => "clip" in item);
  const outputs = usable.length === 0 ? [] : await teacher.answer(usable, signal);
  const outputOf = new Map(usable.map(({ sample }, index) => [sample, outputs[index]!]));
  return loaded.map((item): Annotation => {
    if (!("clip" in item)) return item;
    const said = outputOf.get(item.sample)!;
    return said instanceof Error ? unanswered(item.sample, said.message) : annotate(item.sample, said);
  });
}

function progress(
  annotations: readonly Annotation[],
  total: number,
  before: number,
  elapsedMs: number,
  keepAbove: number,
): string {
  const kept = annotations.filter((annotation) => isKept(annotation, keepAbove)).length;
  const perSecond = (annotations.length - before) / (elapsedMs / 1000);
  const left = Math.round((total - annotations.length) / perSecond);
  const time = left < 60 ? `${left} s` : left < 3600 ? `${Math.round(left / 60)} min` : `${(left / 3600).toFixed(1)} h`;
  return (
    `${annotations.length} of ${total} rows · ${kept} kept (${((100 * kept) / annotations.length).toFixed(1)} %) · ` +
    `${perSecond.toFixed(1)} rows/s · about ${time} left`
  );
}
