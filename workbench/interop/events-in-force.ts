/** A run's journals as they count: lines that a resume superseded, and lines that are no event, are left out. */
import { join } from "node:path";
import type { JournalEvent } from "../../contract/journal.ts";
import { journalFiles } from "../store/ingest.ts";
import { readJournalChunk } from "../store/journal-tail.ts";
import { parseLine } from "../store/parse-line.ts";

export interface RankEvent {
  readonly rank: number;
  readonly event: JournalEvent;
}

/** Rank after rank, each in the order of its file. */
export function* eventsInForce(folder: string): Generator<RankEvent> {
  const resumes = new Map<number, number>();
  for (const { event } of allEvents(folder)) if (event.type === "resume") resumes.set(event.attempt, event.fromStep);
  for (const one of allEvents(folder)) {
    const { event } = one;
    const step = "step" in event ? event.step : null;
    const isSuperseded = [...resumes].some(
      ([attempt, fromStep]) => step !== null && attempt > event.attempt && step > fromStep,
    );
    if (!isSuperseded) yield one;
  }
}

function* allEvents(folder: string): Generator<RankEvent> {
  for (const file of journalFiles(folder)) {
    const rank = Number(file.split(".")[1]);
    const path = join(folder, file);
    for (let offset = 0; ;) {
      const { lines, end } = readJournalChunk(path, offset);
      if (end === offset) break;
      for (const { text } of lines) {
        const parsed = parseLine(text);
        if (parsed.kind === "event") yield { rank, event: parsed.event };
      }
      offset = end;
    }
  }
}
