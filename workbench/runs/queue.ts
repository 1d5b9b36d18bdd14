/**
 * Runs that wait for their turn: in user.db, so that they outlive the service. One run at a time trains on a device;
 * runs that somebody started by hand count too.
 */
import type { QueuedRun } from "../../contract/methods.ts";
import type { RunConfigFile } from "../../contract/run-folder.ts";
import { runFolder } from "../data-folder.ts";
import type { Db } from "../store/databases.ts";
import { livingLease } from "./alive.ts";
import { placesOf, readRunConfig, startWorker } from "./launch.ts";

interface QueueRow {
  readonly run: string;
  readonly added_at: number;
}

/** A worker that was just started holds no lease yet. */
const STARTING_MS = 30_000;

type Place = Pick<RunConfigFile, "device" | "processes">;

/** `auto` may be any device, so it meets all of them; several processes take a GPU each. */
function meets(one: Place, other: Place): boolean {
  const [own, taken] = [placesOf(one), placesOf(other)];
  return own.includes("auto") || taken.includes("auto") || own.some((device) => taken.includes(device));
}

export class RunQueue {
  readonly #user: Db;
  readonly #data: string;
  readonly #starting = new Map<string, number>();

  constructor(user: Db, data: string) {
    this.#user = user;
    this.#data = data;
  }

  get size(): number {
    return this.#user.prepare("SELECT count(*) FROM queue").pluck().get() as number;
  }

  has(run: string): boolean {
    return this.#user.prepare("SELECT 1 FROM queue WHERE run = ?").get(run) !== undefined;
  }

  /** In the order in which they will start. `alive`: runs that train now. */
  list(alive: readonly string[]): QueuedRun[] {
    const before: { name: string; place: Place }[] = this.#busy(alive);
    return this.#rows().flatMap(({ run, added_at: addedAt }): QueuedRun[] => {
      const config = this.#config(run);
      if (!config) return [];
      const device = config.device ?? "auto";
      const first = before.find((other) => meets(config, other.place));
      before.push({ name: config.name, place: config });
      const waitsFor = first ? `Starts when “${first.name}” has ended.` : "Starts in a moment.";
      return [{ run, name: config.name, recipe: config.recipe, preset: config.preset, device, addedAt, waitsFor }];
    });
  }

  add(run: string): void {
    const last = this.#user.prepare("SELECT coalesce(max(position), 0) FROM queue").pluck().get() as number;
    this.#user.prepare("INSERT INTO queue (run, position, added_at) VALUES (?, ?, ?)").run(run, last + 1, Date.now());
  }

  /** @returns whether the run was waiting. */
  remove(run: string): boolean {
    return this.#user.prepare("DELETE FROM queue WHERE run = ?").run(run).changes > 0;
  }

  /** To a place counted from 0; the others close up. */
  move(run: string, position: number): void {
    const rest = this.#rows()
      .map((row) => row.run)
      .filter((other) => other !== run);
    rest.splice(position, 0, run);
    const place = this.#user.prepare("UPDATE queue SET position = ? WHERE run = ?");
    this.#user.transaction(() => rest.forEach((other, index) => place.run(index + 1, other)))();
  }

  /** Of a run that somebody just started by hand: its device is taken before its worker holds a lease. */
  noteStart(run: string): void {
    this.#starting.set(run, Date.now() + STARTING_MS);
  }

  /** Starts what may start now; returns those runs. A run that cannot start leaves the queue, its log says why. */
  round(alive: readonly string[]): string[] {
    const rows = this.#rows();
    if (rows.length === 0) return [];
    const busy = this.#busy(alive).map(({ place }) => place);
    const started: string[] = [];
    for (const { run } of rows) {
      const config = this.#config(run);
      const place: Place = config ?? {};
      if (config && busy.some((other) => meets(place, other))) {
        // Whoever stands behind in line for the same device must not overtake.
        busy.push(place);
        continue;
      }
      if (config && !livingLease(runFolder(this.#data, run))) {
        try {
          startWorker(this.#data, run);
          this.noteStart(run);
        } catch (error) {
          console.error(`secondlook: the queued run ${run} could not be started: ${(error as Error).message}`);
        }
      }
      // After the start: a service killed in between finds the run alive and only takes it out.
      this.remove(run);
      busy.push(place);
      started.push(run);
    }
    return started;
  }

  #busy(alive: readonly string[]): { name: string; place: Place }[] {
    for (const [run, until] of this.#starting)
      if (alive.includes(run) || until < Date.now() || !this.#config(run)) this.#starting.delete(run);
    return [...new Set([...alive, ...this.#starting.keys()])].map((run) => {
      const config = this.#config(run);
      return { name: config?.name ?? run, place: config ?? {} };
    });
  }

  #rows(): QueueRow[] {
    return this.#user.prepare("SELECT run, added_at FROM queue ORDER BY position, run").all() as QueueRow[];
  }

  #config(run: string) {
    try {
      return readRunConfig(this.#data, run);
    } catch {
      return null;
    }
  }
}
