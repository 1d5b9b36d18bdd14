/**
 * Takes journals into the index: each batch of lines together with the offset it ends at, in one transaction, so that a
 * killed service neither loses nor doubles an event.
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { EventOf, JournalEvent } from "../../contract/journal.ts";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { correctionBits } from "../../science/aha.ts";
import { isRunId } from "../data-folder.ts";
import type { Db } from "./databases.ts";
import { CHUNK_BYTES, endsALine, readJournalChunk, type JournalLine } from "./journal-tail.ts";
import { MetricBlocks } from "./metric-blocks.ts";
import { parseLine, type UnknownEvent } from "./parse-line.ts";
import { lineId } from "./schema.ts";
import { prepareIngest, type IngestStatements } from "./statements.ts";

export interface Ingested {
  readonly run: string;
  readonly events: number;
  /** Event types seen, for pushes to the window. */
  readonly kinds: ReadonlySet<string>;
  readonly step: number;
  /** True when the limit was reached before the journals' ends. */
  readonly more: boolean;
}

interface Resume {
  readonly attempt: number;
  readonly fromStep: number;
}

/** A line's place: `rank` writes to `journal.<rank>.ndjson`. */
interface Place {
  readonly run: string;
  readonly rank: number;
  readonly line: number;
}

interface Counts {
  events: number;
  step: number;
  attempt: number;
  time: number;
  badLines: number;
  firstBad: string | null;
}

export class Ingest {
  readonly #database: Db;
  readonly #dataFolder: string;
  readonly #statements: IngestStatements;
  readonly #resumes = new Map<string, Resume[]>();
  readonly #blocks: MetricBlocks;

  constructor(database: Db, dataFolder: string) {
    this.#database = database;
    this.#dataFolder = dataFolder;
    this.#statements = prepareIngest(database);
    this.#blocks = new MetricBlocks(database);
  }

  /** Takes all that came from a run out of the index. */
  forget(run: string): void {
    this.#database.transaction(() => {
      for (const statement of this.#statements.forget) statement.run(run);
    })();
    this.#resumes.delete(run);
  }

  /** Ids of the runs that have a folder. */
  runFolders(): string[] {
    const folder = join(this.#dataFolder, DATA_FOLDER.runs);
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && isRunId(entry.name))
      .map((entry) => entry.name);
  }

  /** Reads what has been added to a run's journals since the last call, at most about `limitBytes` of it. */
  run(run: string, limitBytes = Number.POSITIVE_INFINITY): Ingested {
    const folder = join(this.#dataFolder, DATA_FOLDER.runs, run);
    const kinds = new Set<string>();
    let [events, step, read] = [0, 0, 0];
    for (const file of journalFiles(folder)) {
      for (;;) {
        if (read >= limitBytes) return { run, events, kinds, step, more: true };
        const batch = this.#batch(run, folder, file, kinds, Math.min(limitBytes, CHUNK_BYTES));
        if (batch === null) break;
        events += batch.events;
        step = Math.max(step, batch.step);
        read += batch.bytes;
      }
    }
    return { run, events, kinds, step, more: false };
  }

  /** One chunk of a journal in one transaction; null when it has nothing new. */
  #batch(
    run: string,
    folder: string,
    file: string,
    kinds: Set<string>,
    chunkBytes: number,
  ): (Counts & { bytes: number }) | null {
    const path = join(folder, file);
    const status = statSync(path, { throwIfNoEntry: false });
    // A folder has a size too, and a pipe would be waited for.
    if (status !== undefined && !status.isFile()) return null;
    const size = status?.size ?? 0;
    if (size === this.#offset(run, file)) return null;
    const rank = Number(file.split(".")[1]);
    // Immediate: the offset read here is still the one when the batch is written, whoever else may write.
    const apply = this.#database.transaction(() => {
      let offset = this.#offset(run, file);
      if (size < offset || !endsALine(path, offset)) {
        // Another journal than the one that was read: what came from it goes.
        for (const statement of this.#statements.forget) statement.run(run);
        this.#resumes.delete(run);
        offset = 0;
      }
      const chunk = readJournalChunk(path, offset, chunkBytes);
      if (chunk.end === offset) return null;
      this.#statements.addRun.run(run);
      this.#statements.dropSummary.run(run);
      const counts: Counts = { events: 0, step: 0, attempt: 0, time: 0, badLines: 0, firstBad: null };
      for (const line of chunk.lines) this.#line(run, rank, line, counts, kinds);
      const { badLines, firstBad } = counts;
      this.#blocks.write();
      if (counts.events > 0) this.#statements.touch.run({ run, attempt: counts.attempt, time: counts.time });
      this.#statements.advance.run({ run, file, offset: chunk.end, badLines, firstBad });
      return { ...counts, bytes: chunk.end - offset };
    });
    try {
      return apply.immediate();
    } catch (error) {
      this.#resumes.delete(run);
      this.#blocks.forget();
      throw error;
    }
  }

  #offset(run: string, file: string): number {
    return (this.#statements.source.get(run, file) as { offset: number } | undefined)?.offset ?? 0;
  }

  #line(run: string, rank: number, line: JournalLine, counts: Counts, kinds: Set<string>): void {
    const parsed = parseLine(line.text);
    if (parsed.kind === "bad") {
      counts.badLines++;
      counts.firstBad ??= `byte ${line.offset}: ${parsed.reason}`;
      return;
    }
    const { event } = parsed;
    const place = { run, rank, line: lineId(line.offset, rank) };
    this.#statements.line.run(run, place.line, event.attempt, event.seq, event.type);
    if (parsed.kind === "event") this.#apply(place, parsed.event, line.text);
    else this.#keep(place, parsed.event, line.text);
    counts.events++;
    counts.attempt = Math.max(counts.attempt, event.attempt);
    counts.time = Math.max(counts.time, event.time);
    kinds.add(event.type);
    if (event.type === "step") counts.step = Math.max(counts.step, (event as EventOf<"step">).step);
  }

  #apply(place: Place, event: JournalEvent, text: string): void {
    const statements = this.#statements;
    const { run, rank, line } = place;
    switch (event.type) {
      case "run_started":
        if (rank === 0) statements.started.run(text, event.time, run);
        this.#keep(place, event, text);
        break;
      case "resume":
        this.#resume(run, event);
        this.#keep(place, event, text);
        break;
      case "phase":
        if (rank === 0) statements.phase.run(event.phase, event.stage, run);
        this.#keep(place, event, text);
        break;
      case "run_ended":
        if (rank === 0) statements.ended.run(event.time, event.status, event.reason, run);
        this.#keep(place, event, text);
        break;
      case "step":
        this.#step(place, event);
        break;
      case "group": {
        const superseded = this.#isSuperseded(run, event.attempt, event.step);
        const { step, attempt, group, view, sampleId, task, rewardStd, dead } = event;
        const about = [group, view, sampleId, task, rewardStd, Number(dead)];
        statements.group.run(run, line, step, attempt, ...about, superseded, text);
        break;
      }
      case "rollout": {
        const { step, attempt, group, index, correct, reward } = event;
        const superseded = this.#isSuperseded(run, attempt, step);
        const file = `tokens.${rank}.bin`;
        const about = [group, index, file, Number(correct), reward, correctionBits(event.text)];
        statements.rollout.run(run, line, step, attempt, ...about, superseded, text);
        break;
      }
      default:
        if (event.type === "data_error") statements.dataError.run(run);
        this.#keep(place, event, text);
    }
  }

  #keep({ run, line }: Place, event: UnknownEvent | JournalEvent, text: string): void {
    const step = "step" in event && typeof event.step === "number" ? event.step : null;
    const superseded = step === null ? 0 : this.#isSuperseded(run, event.attempt, step);
    this.#statements.other.run(run, line, event.type, step, event.attempt, superseded, text);
  }

  /** Metrics, and times and memory beside them as `time/…` and `memory/…`. Other ranks' carry their rank. */
  #step({ run, rank }: Place, event: EventOf<"step">): void {
    const { step, attempt, time } = event;
    const superseded = this.#isSuperseded(run, attempt, step);
    const prefix = rank === 0 ? "" : `rank${rank}/`;
    const put = (name: string, value: number | null): void => {
      this.#statements.metric.run(run, prefix + name, step, attempt, time, value, superseded);
      if (value === null || superseded !== 0) return;
      this.#statements.latest.run(run, prefix + name, step, value);
      this.#blocks.add(run, prefix + name, step, value, time);
    };
    for (const [name, value] of Object.entries(event.metrics)) put(name, value);
    for (const [name, value] of Object.entries(event.timings)) put(`time/${name}`, value);
    for (const [name, value] of Object.entries(event.memory ?? {})) put(`memory/${name}`, value);
    if (rank === 0 && superseded === 0) this.#statements.step.run(event.stage, step, run);
  }

  /** Steps of older attempts after `fromStep` were done again: kept, countable, not drawn. */
  #resume(run: string, { attempt, fromStep }: EventOf<"resume">): void {
    const known = this.#resumesOf(run);
    // Every rank says it; the first one counts.
    if (known.some((resume) => resume.attempt === attempt)) return;
    known.push({ attempt, fromStep });
    const values = { run, attempt, fromStep };
    this.#statements.addResume.run(values);
    for (const statement of this.#statements.supersede) statement.run(values);
    this.#blocks.rebuild(run, fromStep);
    this.#statements.resumed.run({ run, fromStep });
    this.#statements.dropLatest.run({ run });
    this.#statements.rebuildLatest.run({ run });
  }

  #isSuperseded(run: string, attempt: number, step: number): 0 | 1 {
    return this.#resumesOf(run).some((resume) => resume.attempt > attempt && step > resume.fromStep) ? 1 : 0;
  }

  #resumesOf(run: string): Resume[] {
    let resumes = this.#resumes.get(run);
    if (!resumes) this.#resumes.set(run, (resumes = this.#statements.resumes.all(run) as Resume[]));
    return resumes;
  }
}

/** Journals of a run folder, by rank. */
export function journalFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const rank = (name: string): number => Number(name.split(".")[1]);
  return readdirSync(folder)
    .filter((name) => /^journal\.\d+\.ndjson$/.test(name))
    .sort((left, right) => rank(left) - rank(right));
}
