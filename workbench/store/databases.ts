/** Opens the two databases of a data folder. The service is their only writer. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { INDEX_MIGRATIONS, migrate, USER_MIGRATIONS } from "./schema.ts";

export type Db = Database.Database;

function open(file: string): Db {
  const database = new Database(file);
  try {
    database.pragma("journal_mode = WAL");
    database.pragma("synchronous = NORMAL");
    database.pragma("busy_timeout = 5000");
    database.pragma("temp_store = MEMORY");
    database.pragma("mmap_size = 268435456");
    // KiB. With the 2 MB that are usual, a large index is read through the system again and again.
    database.pragma("cache_size = -65536");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

const isDamaged = (error: unknown): boolean =>
  ["SQLITE_NOTADB", "SQLITE_CORRUPT"].includes((error as { code?: string }).code ?? "");

/** The journals' index; may be deleted at any time and is then built again. A damaged one is set aside. */
export function openIndex(dataFolder: string): Db {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const file = join(dataFolder, DATA_FOLDER.index);
  let database: Db;
  try {
    database = open(file);
  } catch (error) {
    if (!isDamaged(error)) throw error;
    renameSync(file, `${file}.damaged`);
    for (const suffix of ["-wal", "-shm"]) rmSync(`${file}${suffix}`, { force: true });
    database = open(file);
  }
  migrate(database, INDEX_MIGRATIONS, file);
  return database;
}

/** The index as it stands, without the right to write; the service must have made it. */
export function openIndexToRead(dataFolder: string): Db {
  return new Database(join(dataFolder, DATA_FOLDER.index), { readonly: true, timeout: 5000 });
}

/** An index that nobody else sees, for commands that look at runs beside the service. */
export function openIndexInMemory(): Db {
  const database = new Database(":memory:");
  migrate(database, INDEX_MIGRATIONS, "the index in memory");
  return database;
}

/** Nothing can make this one anew, so it is not put aside in silence. */
function openOrExplain(dataFolder: string, file: string): Db {
  try {
    return open(file);
  } catch (error) {
    if (!isDamaged(error)) throw error;
    const copies = readdirSync(dataFolder).filter((name) => name.startsWith(`${DATA_FOLDER.user}.before-`));
    const remedy =
      copies.length > 0
        ? `Put a copy in its place, that was made before an update: ${copies.sort().join(", ")}.`
        : "Bring it back from a copy of your own, or move it away to begin anew.";
    throw new Error(
      `${file} is damaged (${(error as Error).message}). It holds what people decided: names, tags, notes, the queue, settings. ` +
        `${remedy} Runs, journals and answers do not lie in it.`,
      { cause: error },
    );
  }
}

/** What only people know: never rebuilt, copied beside itself before a migration. */
export function openUser(dataFolder: string): Db {
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const file = join(dataFolder, DATA_FOLDER.user);
  const existed = existsSync(file);
  const database = openOrExplain(dataFolder, file);
  const version = database.pragma("user_version", { simple: true }) as number;
  if (existed && version < USER_MIGRATIONS.length) {
    // Not a copy of the file: what waits in the write-ahead log belongs to it too.
    const backup = `${file}.before-${version}`;
    rmSync(backup, { force: true });
    database.prepare("VACUUM INTO ?").run(backup);
  }
  migrate(database, USER_MIGRATIONS, file);
  return database;
}
