/** Summaries kept until something of their run changes, so that a list of ten thousand runs is read from memory. */
import type { RunSummary } from "../../contract/methods.ts";
import type { Db } from "../store/databases.ts";
import type { RunMarks } from "../store/run-marks.ts";
import { summarise } from "./summaries.ts";

/** What the index does not know of a run. */
export interface RunFacts {
  readonly marks: (run: string) => RunMarks;
  readonly isQueued: (run: string) => boolean;
}

export class SummaryCache {
  readonly #database: Db;
  readonly #data: string;
  readonly facts: RunFacts;
  readonly #known = new Map<string, RunSummary | null>();

  constructor(database: Db, data: string, facts: RunFacts) {
    this.#database = database;
    this.#data = data;
    this.facts = facts;
  }

  get(run: string): RunSummary | null {
    const known = this.#known.get(run);
    if (known !== undefined) return known;
    const found = summarise(this.#database, this.#data, run);
    const summary = found && withFacts(found, this.facts);
    // "starting" turns into "lost" by time alone.
    if (summary?.state !== "starting") this.#known.set(run, summary);
    return summary;
  }

  forget(run: string): void {
    this.#known.delete(run);
  }
}

/** Name, tags, note and place in the queue, which only people decide. */
export function withFacts<Summary extends RunSummary>(summary: Summary, facts: RunFacts): Summary {
  const { name, note, tags, archived } = facts.marks(summary.id);
  const state = facts.isQueued(summary.id) && !summary.alive ? "queued" : summary.state;
  return { ...summary, name: name ?? summary.name, note, tags, archived, state };
}
