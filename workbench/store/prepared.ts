/** Statements that are asked again and again: to compile one takes SQLite longer than to run it on a few rows. */
import type { Statement } from "better-sqlite3";
import type { Db } from "./databases.ts";

const known = new WeakMap<Db, Map<string, Statement>>();

/** The database's one statement of this text. Whoever plucks or expands it must be the only one with that text. */
export function prepared(database: Db, text: string): Statement {
  let ofDatabase = known.get(database);
  if (!ofDatabase) known.set(database, (ofDatabase = new Map()));
  let statement = ofDatabase.get(text);
  if (!statement) ofDatabase.set(text, (statement = database.prepare(text)));
  return statement;
}
