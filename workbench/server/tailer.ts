/**
 * Keeps the index up with the journals. Runs that grow or live are looked at in every round, the others in turn, so that
 * ten thousand finished runs cost next to nothing; a round stops after a moment, so that windows get their answers.
 */
import { statSync } from "node:fs";
import { join } from "node:path";
import { diskSentence } from "../../contract/disk-errors.ts";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { runFolder } from "../data-folder.ts";
import { livingLease } from "../runs/alive.ts";
import type { Ingest } from "../store/ingest.ts";

/** What a round found of a run. */
export interface RunChange {
  readonly run: string;
  readonly events: number;
  readonly kinds: readonly string[];
  readonly step: number;
}

const ROUND_LIMIT_MS = 40;
/** Some tens of milliseconds: a window's question waits for the whole of a batch. */
const BATCH_BYTES = 512 * 1024;
/** A run that grew is watched closely for this long. */
const WARM_MS = 30_000;
const COLD_RUNS_A_ROUND = 25;

interface Watched {
  alive: boolean;
  warmUntil: number;
  more: boolean;
}

export class Tailer {
  readonly #ingest: Ingest;
  readonly #data: string;
  readonly #runs = new Map<string, Watched>();
  readonly #complained = new Map<string, string>();
  #folderTime = -1;
  #cursor = 0;

  constructor(ingest: Ingest, data: string) {
    this.#ingest = ingest;
    this.#data = data;
  }

  /** Ids of the runs that have a folder now. */
  list(): string[] {
    // A folder that the next round will find is there already.
    const time = statSync(join(this.#data, DATA_FOLDER.runs), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return time === this.#folderTime ? [...this.#runs.keys()] : this.#ingest.runFolders();
  }

  /** Runs that a worker of this machine or another trains. */
  get alive(): string[] {
    return [...this.#runs].flatMap(([run, state]) => (state.alive ? [run] : []));
  }

  /** Runs that have something new: events, or a worker that came or went. */
  round(limitMs = ROUND_LIMIT_MS): RunChange[] {
    const now = Date.now();
    const deadline = performance.now() + limitMs;
    const changes = this.#findRuns(now);
    for (const run of this.#due(now)) {
      const change = this.#look(run, now);
      if (change) changes.set(run, change);
      if (performance.now() > deadline) break;
    }
    return [...changes.values()];
  }

  /** Reads every journal to its end. */
  catchUp(): RunChange[] {
    const changes = [...this.#findRuns(Date.now()).values()];
    for (const [run, watched] of this.#runs) {
      do {
        const change = this.#look(run, Date.now());
        if (change) changes.push(change);
      } while (watched.more);
    }
    return changes;
  }

  /** New run folders; those that went are forgotten. */
  #findRuns(now: number): Map<string, RunChange> {
    const changes = new Map<string, RunChange>();
    const time = statSync(join(this.#data, DATA_FOLDER.runs), { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (time === this.#folderTime) return changes;
    this.#folderTime = time;
    const found = new Set(this.#ingest.runFolders());
    for (const run of this.#runs.keys()) if (!found.has(run)) this.#runs.delete(run);
    for (const run of found) {
      if (this.#runs.has(run)) continue;
      this.#runs.set(run, { alive: false, warmUntil: now + WARM_MS, more: true });
      changes.set(run, { run, events: 0, kinds: [], step: 0 });
    }
    return changes;
  }

  /** Living and growing runs first, then some of the others. */
  #due(now: number): string[] {
    const warm: string[] = [];
    const cold: string[] = [];
    for (const [run, state] of this.#runs) (state.alive || state.more || state.warmUntil > now ? warm : cold).push(run);
    const start = this.#cursor < cold.length ? this.#cursor : 0;
    this.#cursor = start + COLD_RUNS_A_ROUND;
    const living = (run: string): number => Number(this.#runs.get(run)!.alive);
    return [...warm.sort((left, right) => living(right) - living(left)), ...cold.slice(start, this.#cursor)];
  }

  #look(run: string, now: number): RunChange | null {
    const state = this.#runs.get(run)!;
    try {
      // The lease first: what a worker wrote before it went is then read in this round.
      const alive = livingLease(runFolder(this.#data, run)) !== null;
      const { events, kinds, step, more } = this.#ingest.run(run, BATCH_BYTES);
      const changed = events > 0 || alive !== state.alive;
      if (changed) state.warmUntil = now + WARM_MS;
      state.alive = alive;
      state.more = more;
      return changed ? { run, events, kinds: [...kinds], step } : null;
    } catch (error) {
      state.more = false;
      this.#complain(run, diskSentence("the index", error) ?? (error as Error).message);
      return null;
    }
  }

  /** One run's trouble must not end the service; it is said once. */
  #complain(run: string, message: string): void {
    if (this.#complained.get(run) === message) return;
    this.#complained.set(run, message);
    console.error(`secondlook: run ${run} cannot be indexed now: ${message}`);
  }
}
