/** Items of one model, a line each, appended and synced; a torn last line is cut off when the evaluation goes on. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, truncateSync, writeSync } from "node:fs";
import type { EvaluatedItem } from "../../contract/evaluation.ts";

const keyOf = (item: Pick<EvaluatedItem, "sampleId" | "view">): string => `${item.view}\n${item.sampleId}`;

export class ItemsFile {
  readonly #path: string;
  readonly #done = new Set<string>();
  readonly #descriptor: number;

  constructor(path: string) {
    this.#path = path;
    if (existsSync(path)) {
      const bytes = readFileSync(path);
      const whole = bytes.lastIndexOf(10) + 1;
      if (whole < bytes.length) truncateSync(path, whole);
      for (const item of this.read()) this.#done.add(keyOf(item));
    }
    this.#descriptor = openSync(path, "a", 0o600);
  }

  get count(): number {
    return this.#done.size;
  }

  has(sampleId: string, view: string): boolean {
    return this.#done.has(keyOf({ sampleId, view }));
  }

  append(items: readonly EvaluatedItem[]): void {
    if (items.length === 0) return;
    const bytes = Buffer.from(items.map((item) => `${JSON.stringify(item)}\n`).join(""));
    for (let written = 0; written < bytes.length;) written += writeSync(this.#descriptor, bytes, written);
    fsyncSync(this.#descriptor);
    for (const item of items) this.#done.add(keyOf(item));
  }

  read(): EvaluatedItem[] {
    const text = readFileSync(this.#path, "utf8");
    return text
      .slice(0, text.lastIndexOf("\n") + 1)
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as EvaluatedItem);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
