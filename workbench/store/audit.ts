/** Counts the journals' events apart from the index, and compares. */
import { createReadStream, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import type { JournalAudit } from "../../contract/methods.ts";
import type { Db } from "./databases.ts";

/** Whole lines of a file: newline characters, without looking at what they hold. */
async function countLines(path: string): Promise<number> {
  let lines = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines++;
  }
  return lines;
}

export async function auditRun(database: Db, dataFolder: string, run: string): Promise<JournalAudit> {
  const folder = join(dataFolder, DATA_FOLDER.runs, run);
  let journal = 0;
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => /^journal\.\d+\.ndjson$/.test(name)) : [];
  for (const file of files) journal += await countLines(join(folder, file));
  const row = database.prepare("SELECT sum(events) AS events FROM sources WHERE run = ?").get(run) as {
    events: number | null;
  };
  return { run, journal, indexed: row.events ?? 0 };
}
