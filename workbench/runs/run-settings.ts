/** Settings of all runs for columns, filters and groups: read from the index when first asked for, then kept. */
import { createHash } from "node:crypto";
import type { EventOf } from "../../contract/journal.ts";
import type { RunSummary } from "../../contract/methods.ts";
import { seedlessKey, settingsOf } from "../../science/run-settings.ts";
import type { Db } from "../store/databases.ts";
import { prepared } from "../store/prepared.ts";

/** Of one configuration: many runs have the same, so that ten thousand of them take little memory. */
interface Shared {
  readonly settings: ReadonlyMap<string, string>;
  readonly seedless: string;
  /** Values by the ends of names that were asked for. */
  readonly byEnd: Map<string, string | undefined>;
}

const OWN = ["recipe", "preset", "seed"] as const;
const isOwn = (name: string): name is (typeof OWN)[number] => OWN.some((own) => own === name);

export class RunSettings {
  readonly #database: Db;
  readonly #ofRun = new Map<string, Shared>();
  readonly #ofText = new Map<string, Shared>();
  readonly #keys = new WeakMap<RunSummary, string>();

  constructor(database: Db) {
    this.#database = database;
  }

  /** The value of one setting as text; undefined where the run has none. */
  value(run: RunSummary, name: string): string | undefined {
    return isOwn(name) ? String(run[name]) : this.#shared(run).settings.get(name);
  }

  /** The value of a setting by its whole name or by the last part of it. */
  valueByEnd(run: RunSummary, end: string): string | undefined {
    const exact = this.value(run, end);
    if (exact !== undefined) return exact;
    const { settings, byEnd } = this.#shared(run);
    if (!byEnd.has(end)) byEnd.set(end, [...settings].find(([name]) => name.endsWith(`.${end}`))?.[1]);
    return byEnd.get(end);
  }

  names(run: RunSummary): Iterable<string> {
    return this.#shared(run).settings.keys();
  }

  /** The same text for runs that only their seed tells apart. */
  seedless(run: RunSummary): string {
    let key = this.#keys.get(run);
    if (key === undefined) {
      key = `${run.recipe}\n${run.preset}\n${run.totalSteps}\n${this.#shared(run).seedless}`;
      this.#keys.set(run, key);
    }
    return key;
  }

  #shared(run: RunSummary): Shared {
    const known = this.#ofRun.get(run.id);
    if (known) return known;
    const started = prepared(
      this.#database,
      `SELECT json_object('config', started -> '$.config', 'model', started -> '$.model') FROM runs
       WHERE id = ? AND started IS NOT NULL`,
    )
      .pluck()
      .get(run.id) as string | undefined;
    const text = started ?? "{}";
    const shared = this.#ofText.get(text) ?? sharedOf(text);
    this.#ofText.set(text, shared);
    // A run that has not begun says later how it was made.
    if (started !== undefined) this.#ofRun.set(run.id, shared);
    return shared;
  }
}

function sharedOf(text: string): Shared {
  const { config = {}, model = null } = JSON.parse(text) as Partial<EventOf<"run_started">>;
  const settings = settingsOf({ recipe: "", preset: "", seed: 0, config, model });
  for (const own of OWN) settings.delete(own);
  // The text itself is kilobytes long, and a group's name goes to the window and back.
  const seedless = createHash("sha256").update(seedlessKey(settings)).digest("base64url").slice(0, 22);
  return { settings, seedless, byEnd: new Map() };
}
