/** Views of the table of runs that people keep, in user.db. */
import { randomBytes } from "node:crypto";
import type { SavedView, TableView } from "../../contract/methods.ts";
import { tableViewSchema } from "../../contract/methods/run-tables.ts";
import type { Db } from "./databases.ts";

/** In order of the alphabet. What cannot be read any more is left out, not lost. */
export function listViews(user: Db): SavedView[] {
  const rows = user.prepare("SELECT id, name, view FROM run_views ORDER BY name COLLATE NOCASE").all() as {
    id: string;
    name: string;
    view: string;
  }[];
  return rows.flatMap(({ id, name, view }) => {
    const read = tableViewSchema.safeParse(JSON.parse(view));
    return read.success ? [{ id, name, view: read.data }] : [];
  });
}

/** A view of the same name is replaced and keeps its id, so that links to it go on working. */
export function saveView(user: Db, name: string, view: TableView): SavedView {
  const known = user.prepare("SELECT id FROM run_views WHERE name = ?").pluck().get(name) as string | undefined;
  const id = known ?? randomBytes(4).toString("hex");
  user
    .prepare(
      `INSERT INTO run_views (id, name, view) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET view = excluded.view`,
    )
    .run(id, name, JSON.stringify(view));
  return { id, name, view };
}

/** False when there is no such view. */
export function removeView(user: Db, id: string): boolean {
  return user.prepare("DELETE FROM run_views WHERE id = ?").run(id).changes > 0;
}
