/** What two datasets share: questions that stand in both, and media, so that nothing is tested on what was trained. */
import type { DatasetOverlap } from "../../contract/methods.ts";
import type { Db } from "../store/databases.ts";
import type { OpenDataset } from "./dataset-library.ts";
import type { RegisteredDataset } from "./datasets.ts";
import { rowsFile } from "./rows-database.ts";

/** Compares with one other dataset. Media are the same by content, else by path where both lie under one root. */
export function compareDatasets(data: string, mine: OpenDataset, other: RegisteredDataset): DatasetOverlap {
  const { rows } = mine;
  const sameRoot = mine.dataset.mediaRoot === other.mediaRoot;
  rows.prepare("ATTACH ? AS other").run(rowsFile(data, other.id));
  try {
    rows.exec(`
      DROP TABLE IF EXISTS temp.same;
      CREATE TEMP TABLE same (mine INTEGER NOT NULL, theirs INTEGER NOT NULL, PRIMARY KEY (mine, theirs)) WITHOUT ROWID;
      INSERT INTO same SELECT a.id, b.id FROM main.media a JOIN other.media b ON b.hash = a.hash WHERE a.hash IS NOT NULL;
    `);
    if (sameRoot) {
      rows.exec("INSERT OR IGNORE INTO same SELECT a.id, b.id FROM main.media a JOIN other.media b ON b.path = a.path");
    }
    const concerned = `
      FROM main.rows a JOIN same ON same.mine = a.media
      JOIN other.rows b ON b.content = a.content AND b.media = same.theirs`;
    return {
      dataset: other.id,
      name: other.name,
      rows: count(rows, `SELECT count(DISTINCT a.row) ${concerned}`),
      rowsWithMedia: count(rows, "SELECT count(*) FROM main.rows WHERE media IN (SELECT mine FROM same)"),
      hashed: [
        count(rows, "SELECT count(*) FROM main.media WHERE hash IS NOT NULL"),
        count(rows, "SELECT count(*) FROM other.media WHERE hash IS NOT NULL"),
      ],
      examples: rows
        .prepare("SELECT row FROM main.rows WHERE media IN (SELECT mine FROM same) ORDER BY row LIMIT 20")
        .pluck()
        .all() as number[],
    };
  } finally {
    rows.exec("DROP TABLE IF EXISTS temp.same; DETACH other;");
  }
}

const count = (database: Db, sql: string): number => database.prepare(sql).pluck().get() as number;
