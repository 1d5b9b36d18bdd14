/** What is wrong with rows: all counted by reason, the first ten thousand kept one by one. */
import type { ReasonCount } from "../../contract/methods.ts";
import type { RowProblem } from "../../science/records.ts";
import type { Db } from "../store/databases.ts";

export const KEPT_PROBLEMS = 10_000;
/** Reasons quote the row; a hostile file must not fill the memory with different ones. */
const KEPT_REASONS = 200;

export class ProblemLog {
  badRows = 0;
  readonly #insert;
  readonly #reasons = new Map<string, { -readonly [Key in keyof ReasonCount]: ReasonCount[Key] }>();
  #kept = 0;
  #others = 0;
  #firstOther = 0;

  constructor(database: Db) {
    this.#insert = database.prepare("INSERT INTO problems (row, field, reason, remedy) VALUES (?, ?, ?, ?)");
  }

  /** `unusable`: the row is left out; else it is used in a changed form. */
  add({ row, field, reason, remedy }: Omit<RowProblem, "file" | "place">, unusable: boolean): void {
    if (unusable) this.badRows++;
    if (this.#kept++ < KEPT_PROBLEMS) this.#insert.run(row, field, reason.slice(0, 1000), remedy);
    const key = `${unusable} ${field} ${generalised(reason)}`;
    const known = this.#reasons.get(key);
    if (known) known.rows++;
    else if (this.#reasons.size < KEPT_REASONS) {
      this.#reasons.set(key, { field, reason: reason.slice(0, 300), remedy, rows: 1, firstRow: row, unusable });
    } else {
      this.#others++;
      this.#firstOther ||= row;
    }
  }

  /** Most frequent first. */
  get reasons(): ReasonCount[] {
    const list: ReasonCount[] = [...this.#reasons.values()].sort((left, right) => right.rows - left.rows);
    if (this.#others === 0) return list;
    const remedy = "Correct the others first and import the file again.";
    const reason = "reasons of many other kinds";
    return [...list, { field: null, reason, remedy, rows: this.#others, firstRow: this.#firstOther, unusable: true }];
  }
}

/** The reason without what it quotes from the row. */
function generalised(reason: string): string {
  return reason
    .replace(/^not valid JSON.*/s, "not valid JSON")
    .replace(/"(?:[^"\\]|\\.)*"/gs, '"…"')
    .replace(/\d+/g, "N");
}
