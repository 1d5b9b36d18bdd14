/**
 * What a teacher said so far: NDJSON with a line that names the settings, then one line a batch, each on disk before the
 * next batch begins. A batch is there whole or not at all, so an annotation that was killed goes on to the same file.
 */
import { closeSync, existsSync, fsyncSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";
import type { Annotation } from "../../science/annotation.ts";

export class AnnotationLog {
  /** In the order of the rows. */
  readonly annotations: Annotation[] = [];
  readonly #descriptor: number;

  /** @throws Error when the file was begun with other settings or rows. */
  constructor(path: string, settings: Readonly<Record<string, unknown>>) {
    const known = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
    const whole = known.subarray(0, known.lastIndexOf(10) + 1);
    const [first, ...batches] = whole.toString("utf8").split("\n").slice(0, -1);
    const header = JSON.stringify({ annotation: 1, ...settings });
    if (first !== undefined && first !== header) throw new Error(otherSettings(path, first, settings));
    for (const line of batches) this.annotations.push(...(JSON.parse(line) as Annotation[]));
    this.#descriptor = openSync(path, existsSync(path) ? "r+" : "w", 0o600);
    // A line that was torn by the end of the process before is written again.
    ftruncateSync(this.#descriptor, whole.length);
    this.#bytes = whole.length;
    if (first === undefined) this.#append(header);
  }
  #bytes: number;

  add(batch: readonly Annotation[]): void {
    this.#append(JSON.stringify(batch));
    this.annotations.push(...batch);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  #append(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    for (let written = 0; written < bytes.length;) {
      written += writeSync(this.#descriptor, bytes, written, bytes.length - written, this.#bytes + written);
    }
    this.#bytes += bytes.length;
    fsyncSync(this.#descriptor);
  }
}

function otherSettings(path: string, first: string, settings: Readonly<Record<string, unknown>>): string {
  let before: Record<string, unknown> = {};
  try {
    before = JSON.parse(first) as Record<string, unknown>;
  } catch {
    return `${path} is no annotation file: choose another output, or move that file away.`;
  }
  const changed = Object.keys({ ...before, ...settings }).filter(
    (name) => name !== "annotation" && JSON.stringify(before[name]) !== JSON.stringify(settings[name]),
  );
  const said = changed.map(
    (name) => `${name} was ${JSON.stringify(before[name])}, now ${JSON.stringify(settings[name])}`,
  );
  return `${path} was begun with other settings (${said.join("; ")}): use those, or choose another output.`;
}
