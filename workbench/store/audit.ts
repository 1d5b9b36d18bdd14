/** Counts the journals' events apart from the index, and compares line by line. */
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import type { JournalAudit } from "../../contract/methods.ts";
import type { Db } from "./databases.ts";
import { journalFiles } from "./ingest.ts";
import { lineId } from "./schema.ts";

/** Offsets of the whole lines of a file that are not empty: newline characters, without looking at what lines hold. */
async function* lineOffsets(path: string): AsyncGenerator<number> {
  let [chunkStart, lineStart] = [0, 0];
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) {
      if (chunkStart + at > lineStart) yield lineStart;
      lineStart = chunkStart + at + 1;
    }
    chunkStart += chunk.length;
  }
}

/** `journal` counts the whole lines, `indexed` those of them that the index holds as events. */
export async function auditRun(database: Db, dataFolder: string, run: string): Promise<JournalAudit> {
  const folder = join(dataFolder, DATA_FOLDER.runs, run);
  const has = database.prepare("SELECT 1 FROM lines WHERE run = ? AND line = ?").pluck();
  let [journal, indexed] = [0, 0];
  for (const file of journalFiles(folder)) {
    const rank = Number(file.split(".")[1]);
    for await (const offset of lineOffsets(join(folder, file))) {
      journal++;
      if (has.get(run, lineId(offset, rank)) === 1) indexed++;
    }
  }
  return { run, journal, indexed };
}
