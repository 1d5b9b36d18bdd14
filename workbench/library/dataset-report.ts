/** The report of an import, counted by SQLite. */
import type { DatasetReport, ValueCount } from "../../contract/methods.ts";
import type { Db } from "../store/databases.ts";
import type { Repeats } from "./duplicates.ts";
import type { ProblemLog } from "./problem-log.ts";
import { compareWithPublished } from "./published.ts";

export function makeReport(
  database: Db,
  found: { readonly rows: number; readonly log: ProblemLog; readonly repeats: Repeats; readonly seconds: number },
): Omit<DatasetReport, "media"> {
  const list = (sql: string): ValueCount[] => database.prepare(sql).all() as ValueCount[];
  const byName = (column: string): ValueCount[] =>
    list(
      `SELECT names.text AS value, count(*) AS rows FROM rows JOIN names ON names.id = rows.${column}
       GROUP BY rows.${column} ORDER BY rows DESC`,
    );
  const problemTypes = byName("type");
  const sources = byName("source");
  const dataTypes = list(
    `SELECT CASE is_video WHEN 1 THEN 'video' ELSE 'image' END AS value, count(*) AS rows FROM rows
     GROUP BY is_video ORDER BY rows DESC`,
  );
  const { rows, log, repeats, seconds } = found;
  const withTraces = database.prepare("SELECT count(*) FROM rows WHERE has_trace = 1").pluck().get() as number;
  return {
    rows,
    badRows: log.badRows,
    seconds,
    problemTypes,
    dataTypes,
    // A file may name as many sources as it has rows.
    sources: sources.slice(0, 500),
    reasons: log.reasons,
    duplicates: { ...repeats, media: 0 },
    published: compareWithPublished({ rows, withTraces, dataTypes, problemTypes, sources }),
  };
}
