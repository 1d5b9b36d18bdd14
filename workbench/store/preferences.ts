/** Small things that people decide, by name, as JSON in user.db. */
import type { Db } from "./databases.ts";

export function readPreference(user: Db, name: string): unknown {
  const text = user.prepare("SELECT value FROM preferences WHERE name = ?").pluck().get(name) as string | undefined;
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

export function writePreference(user: Db, name: string, value: unknown): void {
  user
    .prepare(
      "INSERT INTO preferences (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .run(name, JSON.stringify(value));
}
