/** Opens the two databases of a data folder. The service is their only writer. */
import { copyFileSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { INDEX_MIGRATIONS, migrate, USER_MIGRATIONS } from "./schema.ts";

export type Db = Database.Database;

function open(file: string): Db {
  const database = new Database(file);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = NORMAL");
  database.pragma("busy_timeout = 5000");
  database.pragma("temp_store = MEMORY");
  database.pragma("mmap_size = 268435456");
  return database;
}

/** The journals' index; may be deleted at any time and is then built again. */
export function openIndex(dataFolder: string): Db {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const file = join(dataFolder, DATA_FOLDER.index);
  const database = open(file);
  migrate(database, INDEX_MIGRATIONS, file);
  return database;
}

/** What only people know: never rebuilt, copied beside itself before a migration. */
export function openUser(dataFolder: string): Db {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const file = join(dataFolder, DATA_FOLDER.user);
  const existed = existsSync(file);
  const database = open(file);
  const version = database.pragma("user_version", { simple: true }) as number;
  if (existed && version < USER_MIGRATIONS.length) copyFileSync(file, `${file}.before-${version}`);
  migrate(database, USER_MIGRATIONS, file);
  return database;
}
