/** Summaries kept until something of their run changes, so that a list of ten thousand runs is read from memory. */
import type { RunSummary } from "../../contract/methods.ts";
import type { Db } from "../store/databases.ts";
import { summarise } from "./summaries.ts";

export class SummaryCache {
  readonly #database: Db;
  readonly #data: string;
  readonly #known = new Map<string, RunSummary | null>();

  constructor(database: Db, data: string) {
    this.#database = database;
    this.#data = data;
  }

  get(run: string): RunSummary | null {
    const known = this.#known.get(run);
    if (known !== undefined) return known;
    const summary = summarise(this.#database, this.#data, run);
    // "starting" turns into "lost" by time alone.
    if (summary?.state !== "starting") this.#known.set(run, summary);
    return summary;
  }

  forget(run: string): void {
    this.#known.delete(run);
  }
}
