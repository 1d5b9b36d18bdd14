/**
 * Control: commands that others append to `control.ndjson`. The worker looks at step boundaries and while it waits;
 * each command is applied and acknowledged once, also over a resume.
 */
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { controlCommandSchema, type ControlCommand } from "../../contract/control.ts";
import { RUN_FOLDER } from "../../contract/run-folder.ts";

/** A line that is no command; `id` where it at least had one. */
export interface RefusedCommand {
  readonly id: string;
  readonly command: string;
  readonly reason: string;
}

export interface ControlPoll {
  readonly commands: readonly ControlCommand[];
  readonly refused: readonly RefusedCommand[];
}

export class ControlReader {
  readonly #path: string;
  readonly #seen: Set<string>;
  #offset = 0;
  #rest = "";
  #lines = 0;

  /** `acknowledged`: ids that the journal holds already. */
  constructor(runFolder: string, acknowledged: ReadonlySet<string>) {
    this.#path = join(runFolder, RUN_FOLDER.control);
    this.#seen = new Set(acknowledged);
  }

  /** New whole lines since the last call. Never throws for what stands in the file. */
  poll(): ControlPoll {
    const commands: ControlCommand[] = [];
    const refused: RefusedCommand[] = [];
    for (const line of this.#newLines()) {
      this.#lines++;
      if (line.trim() === "") continue;
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch {
        value = null;
      }
      const given = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>;
      const id = typeof given["id"] === "string" ? given["id"] : `line-${this.#lines}`;
      if (this.#seen.has(id)) continue;
      this.#seen.add(id);
      const parsed = controlCommandSchema.safeParse(value);
      if (parsed.success) commands.push(parsed.data);
      else {
        const reason = `Line ${this.#lines} of control.ndjson is no command: ${parsed.error.issues[0]?.message ?? "unknown"}`;
        refused.push({ id, command: typeof given["command"] === "string" ? given["command"] : "unknown", reason });
      }
    }
    return { commands, refused };
  }

  #newLines(): string[] {
    if (!existsSync(this.#path)) return [];
    const size = statSync(this.#path).size;
    if (size <= this.#offset) return [];
    const bytes = Buffer.alloc(size - this.#offset);
    const descriptor = openSync(this.#path, "r");
    try {
      const read = readSync(descriptor, bytes, 0, bytes.length, this.#offset);
      this.#offset += read;
      this.#rest += bytes.toString("utf8", 0, read);
    } finally {
      closeSync(descriptor);
    }
    const lines = this.#rest.split("\n");
    this.#rest = lines.pop()!;
    return lines;
  }
}
