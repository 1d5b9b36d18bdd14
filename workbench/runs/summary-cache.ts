/**
 * Summaries kept until something of their run changes, so that a list of ten thousand runs is read from memory. Those of
 * runs that have ended are kept in the index too, so that a service starts with them.
 */
import type { AlertRule } from "../../contract/alerts.ts";
import type { RunSummary } from "../../contract/methods.ts";
import { readOngoingAlerts } from "../store/alerts.ts";
import type { Db } from "../store/databases.ts";
import { prepared } from "../store/prepared.ts";
import type { RunMarks } from "../store/run-marks.ts";
import { summarise } from "./summaries.ts";

/** What the index does not know of a run. */
export interface RunFacts {
  readonly marks: (run: string) => RunMarks;
  readonly isQueued: (run: string) => boolean;
  readonly alertRules: () => readonly AlertRule[];
}

/** Grows with every change of what a summary holds: those of older versions are made anew. */
const VERSION = 2;

const isFinal = ({ alive, state }: RunSummary): boolean => !alive && ["completed", "stopped", "failed"].includes(state);

export class SummaryCache {
  readonly facts: RunFacts;
  readonly #database: Db;
  readonly #data: string;
  readonly #known = new Map<string, RunSummary | null>();
  /** Of ended runs, without what people say of them. */
  #kept: Map<string, RunSummary> | null = null;
  /** Runs that changed and were not summarised since. */
  readonly #changed = new Set<string>();

  constructor(database: Db, data: string, facts: RunFacts) {
    this.#database = database;
    this.#data = data;
    this.facts = facts;
  }

  get(run: string): RunSummary | null {
    const known = this.#known.get(run);
    if (known !== undefined) return known;
    const found = this.#keptOf(run) ?? this.#make(run);
    const summary = found && withFacts(found, this.facts);
    this.#changed.delete(run);
    // "starting" turns into "lost" by time alone.
    if (summary?.state !== "starting") this.#known.set(run, summary);
    return summary;
  }

  /** Those of many runs: what has to be made is written at once. */
  all(runs: readonly string[]): RunSummary[] {
    const read = () => runs.map((run) => this.get(run)).filter((run): run is RunSummary => run !== null);
    return runs.every((run) => this.#known.has(run)) ? read() : this.#database.transaction(read)();
  }

  /** After something of the run changed, in its journal or in what people say of it. */
  forget(run: string): void {
    this.#known.delete(run);
    this.#kept?.delete(run);
    this.#changed.add(run);
  }

  /** Summarises runs that changed, for at most about `limitMs`, so that nobody waits for thousands of them at once. */
  keepUp(limitMs: number): void {
    if (this.#changed.size === 0) return;
    const deadline = performance.now() + limitMs;
    this.#database.transaction(() => {
      for (const run of this.#changed) {
        this.#changed.delete(run);
        this.get(run);
        if (performance.now() > deadline) return;
      }
    })();
  }

  /** After a rule of alerts changed. */
  forgetAll(): void {
    this.#known.clear();
    this.#kept?.clear();
    this.#database.exec("DELETE FROM summaries");
  }

  #keptOf(run: string): RunSummary | undefined {
    if (this.#kept === null) {
      const rows = this.#database.prepare("SELECT run, summary FROM summaries WHERE version = ?").all(VERSION) as {
        run: string;
        summary: string;
      }[];
      this.#kept = new Map(rows.map((row) => [row.run, JSON.parse(row.summary) as RunSummary]));
    }
    return this.#kept.get(run);
  }

  #make(run: string): RunSummary | null {
    const summary = summarise(this.#database, this.#data, run);
    if (summary === null) return null;
    const alerts = readOngoingAlerts(this.#database, run, summary.step, this.facts.alertRules());
    const whole = { ...summary, alerts };
    if (isFinal(whole)) {
      prepared(this.#database, "INSERT OR REPLACE INTO summaries (run, version, summary) VALUES (?, ?, ?)").run(
        run,
        VERSION,
        JSON.stringify(whole),
      );
    }
    return whole;
  }
}

/** Name, tags, note and place in the queue, which only people decide. */
export function withFacts<Summary extends RunSummary>(summary: Summary, facts: RunFacts): Summary {
  const { name, note, tags, archived } = facts.marks(summary.id);
  const state = facts.isQueued(summary.id) && !summary.alive ? "queued" : summary.state;
  return { ...summary, name: name ?? summary.name, note, tags, archived, state };
}
