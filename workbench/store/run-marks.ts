/** What people say of runs: another name, tags, a note, and whether it is archived. Kept in user.db, read once. */
import type { Db } from "./databases.ts";

export interface RunMarks {
  /** Null: the name that the run was launched with. */
  readonly name: string | null;
  readonly note: string;
  readonly archived: boolean;
  readonly tags: readonly string[];
}

const NOTHING: RunMarks = { name: null, note: "", archived: false, tags: [] };

export class RunMarksStore {
  readonly #user: Db;
  readonly #marks = new Map<string, RunMarks>();

  constructor(user: Db) {
    this.#user = user;
    const notes = user.prepare("SELECT run, name, note, archived FROM run_notes").all() as {
      run: string;
      name: string | null;
      note: string | null;
      archived: number;
    }[];
    for (const { run, name, note, archived } of notes) {
      this.#marks.set(run, { name, note: note ?? "", archived: archived === 1, tags: [] });
    }
    const tags = user.prepare("SELECT run, tag FROM run_tags ORDER BY tag").all() as { run: string; tag: string }[];
    for (const { run, tag } of tags) {
      const marks = this.get(run);
      this.#marks.set(run, { ...marks, tags: [...marks.tags, tag] });
    }
  }

  get(run: string): RunMarks {
    return this.#marks.get(run) ?? NOTHING;
  }

  /** What is not given stays as it is. Tags are kept once each, in order of the alphabet. */
  set(run: string, change: Partial<RunMarks>): RunMarks {
    const merged = { ...this.get(run), ...change };
    const marks = { ...merged, tags: [...new Set(merged.tags)].sort() };
    this.#user.transaction(() => {
      this.#user
        .prepare(
          `INSERT INTO run_notes (run, name, note, archived) VALUES (@run, @name, @note, @archived)
           ON CONFLICT (run) DO UPDATE SET name = excluded.name, note = excluded.note, archived = excluded.archived`,
        )
        .run({ run, name: marks.name, note: marks.note, archived: Number(marks.archived) });
      this.#user.prepare("DELETE FROM run_tags WHERE run = ?").run(run);
      const add = this.#user.prepare("INSERT INTO run_tags (run, tag) VALUES (?, ?)");
      for (const tag of marks.tags) add.run(run, tag);
    })();
    this.#marks.set(run, marks);
    return marks;
  }

  /** Of a run that was deleted. */
  forget(run: string): void {
    this.#marks.delete(run);
    for (const table of ["run_notes", "run_tags"]) this.#user.prepare(`DELETE FROM ${table} WHERE run = ?`).run(run);
  }
}
