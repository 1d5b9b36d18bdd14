/** Rows that stand twice: by name (`problem_id`) and by content with medium. */
import type { Db } from "../store/databases.ts";

export interface Repeats {
  /** Rows whose name an earlier row has. */
  readonly ids: number;
  /** Rows that repeat an earlier one whole. */
  readonly rows: number;
}

/**
 * Marks the rows that repeat an earlier one, and gives those whose name is taken the name `<id>#<row>`, as a run does.
 * `report` gets each of the latter.
 */
export function markRepeats(
  database: Db,
  report: (problem: { row: number; field: string; reason: string; remedy: string }) => void,
): Repeats {
  const rename = database.prepare("UPDATE rows SET id = ? WHERE row = ?");
  // As text: better-sqlite3 would refuse to write while a statement is being read.
  database.exec(`
    CREATE INDEX rows_by_id ON rows (id);
    CREATE TEMP TABLE taken AS
      SELECT rows.row AS row, rows.id AS id, firsts.first AS first FROM rows
      JOIN (SELECT id, min(row) AS first FROM rows GROUP BY id HAVING count(*) > 1) firsts ON firsts.id = rows.id
      WHERE rows.row > firsts.first;
  `);
  const page = database.prepare("SELECT row, id, first FROM taken WHERE row > ? ORDER BY row LIMIT 1000");
  let ids = 0;
  for (let last = 0; ;) {
    const taken = page.all(last) as { row: number; id: string; first: number }[];
    if (taken.length === 0) break;
    for (const { row, id, first } of taken) {
      const used = `${id}#${row}`;
      rename.run(used, row);
      const reason = `${JSON.stringify(id)} is already the name of row ${first}; this row is used as ${used}`;
      report({ row, field: "problem_id", reason, remedy: "Give every row its own `problem_id`." });
      ids++;
      last = row;
    }
  }
  const marked = database
    .prepare(
      `UPDATE rows SET repeats = firsts.first
       FROM (SELECT content, media, min(row) AS first FROM rows GROUP BY content, media HAVING count(*) > 1) firsts
       WHERE rows.content = firsts.content AND rows.media = firsts.media AND rows.row > firsts.first`,
    )
    .run();
  database.exec("DROP TABLE taken; CREATE INDEX rows_repeating ON rows (repeats) WHERE repeats IS NOT NULL;");
  return { ids, rows: marked.changes };
}
