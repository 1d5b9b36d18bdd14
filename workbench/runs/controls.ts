/** The audit trail of a run's commands: what was asked in control.ndjson, joined with the journal's acknowledgements. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { controlCommandSchema, type ControlCommand } from "../../contract/control.ts";
import type { EventOf } from "../../contract/journal.ts";
import type { ControlEntry } from "../../contract/methods.ts";
import { RUN_FOLDER } from "../../contract/run-folder.ts";
import { runFolder } from "../data-folder.ts";
import type { Db } from "../store/databases.ts";

/** Newest first. A command that was acknowledged and stands in no file any more is listed too. */
export function readControls(database: Db, data: string, run: string): ControlEntry[] {
  const rows = database
    .prepare("SELECT event FROM events WHERE run = ? AND type = 'control_ack' ORDER BY line")
    .pluck()
    .all(run) as string[];
  const acks = new Map(
    rows.map((row) => [(JSON.parse(row) as { id: string }).id, JSON.parse(row) as EventOf<"control_ack">]),
  );
  const asked = readCommands(join(runFolder(data, run), RUN_FOLDER.control));
  const known = new Set(asked.map(({ id }) => id));
  const entries = asked.map((command) => entryOf(command, acks.get(command.id)));
  const others = [...acks.values()].filter(({ id }) => !known.has(id)).map((ack) => entryOf(null, ack));
  return [...others, ...entries].reverse();
}

function readCommands(file: string): ControlCommand[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        const parsed = controlCommandSchema.safeParse(JSON.parse(line));
        return parsed.success ? [parsed.data] : [];
      } catch {
        // An empty or half-written line; the worker refuses or waits for it.
        return [];
      }
    });
}

function entryOf(command: ControlCommand | null, ack: EventOf<"control_ack"> | undefined): ControlEntry {
  const knob = command?.command === "set_knob" ? command : null;
  return {
    id: command?.id ?? ack!.id,
    command: command?.command ?? ack!.command,
    knob: knob?.knob ?? null,
    value: knob?.value ?? null,
    askedAt: command?.at ?? null,
    answeredAt: ack?.time ?? null,
    step: ack?.step ?? null,
    accepted: ack?.accepted ?? null,
    outcome: ack?.outcome ?? null,
  };
}
