/** Pages of a dataset's rows under a filter: the list of row numbers is made once, pages are cut from it. */
import type { DatasetFilter, DatasetRow, MethodInput } from "../../contract/methods.ts";
import type { Db } from "../store/databases.ts";
import { MEDIA_STATES } from "./rows-database.ts";

export type RowSort = NonNullable<MethodInput<"datasets.rows">["sort"]>;

/** Filters that people go back to; each list is four bytes a row. */
const KEPT_LISTS = 8;

export class RowLists {
  readonly #database: Db;
  readonly #lists = new Map<string, Int32Array>();

  constructor(database: Db) {
    this.#database = database;
  }

  /** Row numbers that the filter lets through, in order. */
  get(filter: DatasetFilter, sort: RowSort): Int32Array {
    const key = JSON.stringify([sort, Object.entries(filter).sort()]);
    const known = this.#lists.get(key);
    if (known !== undefined) {
      this.#lists.delete(key);
      this.#lists.set(key, known);
      return known;
    }
    const list = listRows(this.#database, filter, sort);
    this.#lists.set(key, list);
    for (const oldest of this.#lists.keys()) {
      if (this.#lists.size <= KEPT_LISTS) break;
      this.#lists.delete(oldest);
    }
    return list;
  }

  /** When the state of media changed. */
  clear(): void {
    this.#lists.clear();
  }
}

function listRows(database: Db, filter: DatasetFilter, sort: RowSort): Int32Array {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const oneOf = (column: string, names: readonly string[]): void => {
    conditions.push(`${column} IN (SELECT id FROM names WHERE text IN (${names.map(() => "?").join(", ")}))`);
    values.push(...names);
  };
  if (filter.problemTypes?.length) oneOf("type", filter.problemTypes);
  if (filter.sources?.length) oneOf("source", filter.sources);
  if (filter.dataType) conditions.push(`is_video = ${filter.dataType === "video" ? 1 : 0}`);
  if (filter.media) {
    conditions.push("media IN (SELECT id FROM media WHERE state = ?)");
    values.push(MEDIA_STATES.indexOf(filter.media));
  }
  if (filter.duplicates === "rows") conditions.push("repeats IS NOT NULL");
  if (filter.duplicates === "media") {
    conditions.push(
      `media IN (SELECT id FROM media WHERE hash IN (SELECT hash FROM media WHERE hash IS NOT NULL GROUP BY hash HAVING count(*) > 1))`,
    );
  }
  const words = wordQuery(filter.text ?? "");
  if (words !== null) {
    conditions.push("row IN (SELECT rowid FROM words WHERE words MATCH ?)");
    values.push(words);
  }
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  const order = {
    row: "",
    "longest answer": "ORDER BY length(answer) DESC, row",
    "longest video": "ORDER BY (SELECT duration FROM media WHERE media.id = rows.media) DESC NULLS LAST, row",
  }[sort];
  const found = database
    .prepare(`SELECT row FROM rows ${where} ${order}`)
    .pluck()
    .all(...values) as number[];
  const list = Int32Array.from(found);
  return sort === "row" ? list.sort() : list;
}

/** What is typed as a query of the index: rows that have a word beginning with each of the words. Null for no word. */
export function wordQuery(text: string): string | null {
  const words = text.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== "");
  if (words.length === 0) return null;
  return words
    .slice(0, 20)
    .map((word) => `"${word}"*`)
    .join(" AND ");
}

export interface StoredRow extends Omit<DatasetRow, "mediaUrl"> {
  readonly offset: number;
  readonly bytes: number;
  readonly mediaId: number;
  readonly content: number;
}

const SELECT_ROW = `
  SELECT rows.row, rows.id, rows.question, types.text AS problemType, rows.is_video AS isVideo, sources.text AS source,
    rows.answer, media.path, rows.has_trace AS hasTrace, media.state, media.duration AS durationSec, media.width, media.height,
    rows.offset, rows.bytes, rows.media AS mediaId, rows.content
  FROM rows JOIN media ON media.id = rows.media JOIN names types ON types.id = rows.type
    JOIN names sources ON sources.id = rows.source
  WHERE rows.row = ?`;

/** Reads single rows; the statement is made once. */
export function rowReader(database: Db): (row: number) => StoredRow | null {
  const statement = database.prepare(SELECT_ROW);
  return (row) => {
    const found = statement.get(row) as
      | (Omit<StoredRow, "dataType" | "hasTrace" | "media"> & { isVideo: number; hasTrace: number; state: number })
      | undefined;
    if (!found) return null;
    const { isVideo, hasTrace, state, ...rest } = found;
    const dataType = isVideo === 1 ? "video" : "image";
    return { ...rest, dataType, hasTrace: hasTrace === 1, media: MEDIA_STATES[state]! };
  };
}
