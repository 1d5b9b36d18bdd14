/** One log of a run: what its journal says in words, and the worker's own lines, by time. */
import { closeSync, existsSync, openSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import type { JournalEvent } from "../../contract/journal.ts";
import type { LogEntry } from "../../contract/methods.ts";
import { RUN_FOLDER } from "../../contract/run-folder.ts";
import { runFolder } from "../data-folder.ts";
import type { Db } from "../store/databases.ts";

const DEFAULT_LIMIT = 2000;
/** Of the worker's log only the end is read. */
const TAIL_BYTES = 512 * 1024;

const TYPES = [
  "phase",
  "notice",
  "data_error",
  "control_ack",
  "checkpoint",
  "evaluation",
  "run_started",
  "resume",
  "run_ended",
];

/** The newest `limit` entries, oldest first. */
export function readLog(database: Db, data: string, run: string, limit = DEFAULT_LIMIT): LogEntry[] {
  const rows = database
    .prepare(
      `SELECT event FROM events WHERE run = ? AND type IN (${TYPES.map(() => "?").join(", ")}) ORDER BY line DESC LIMIT ?`,
    )
    .pluck()
    .all(run, ...TYPES, limit) as string[];
  const events = rows.flatMap((row) => entryOf(JSON.parse(row) as JournalEvent));
  const worker = readWorkerLog(join(runFolder(data, run), RUN_FOLDER.log));
  return [...events, ...worker].sort((a, b) => a.time - b.time).slice(-limit);
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

function entryOf(event: JournalEvent): LogEntry[] {
  const entry = (kind: LogEntry["kind"], text: string, step: number | null, level: LogEntry["level"] = "info") => [
    { time: event.time, kind, level, step, text },
  ];
  switch (event.type) {
    case "phase":
      return entry("phase", event.detail ? `${event.phase}: ${event.detail}` : event.phase, event.step);
    case "notice":
      return entry("notice", event.message, event.step, event.level);
    case "data_error":
      return entry("data_error", `${event.file}, ${event.place}: ${event.reason}. ${event.remedy}`, null, "warning");
    case "control_ack":
      return entry("control", `${event.command}: ${event.outcome}`, event.step, event.accepted ? "info" : "warning");
    case "checkpoint":
      return entry("checkpoint", `saved ${event.path}${event.label ? ` (${event.label})` : ""}`, event.step);
    case "evaluation":
      return entry(
        "evaluation",
        `${event.label} on ${event.split}: ${percent(event.accuracy)} of ${event.n} right`,
        event.step,
      );
    case "run_started":
      return entry("run", `started: ${event.recipe}, preset ${event.preset}, seed ${event.seed}`, 0);
    case "resume":
      return entry("run", `attempt ${event.attempt} goes on from step ${event.fromStep}`, event.fromStep);
    case "run_ended":
      return entry("run", `${event.status}: ${event.reason}`, event.step, event.status === "failed" ? "error" : "info");
    default:
      return [];
  }
}

/** Lines begin with their time; those that do not (a stack, say) belong to the one before. */
function readWorkerLog(file: string): LogEntry[] {
  if (!existsSync(file)) return [];
  const { size } = statSync(file);
  const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
  const descriptor = openSync(file, "r");
  try {
    readSync(descriptor, bytes, 0, bytes.length, size - bytes.length);
  } finally {
    closeSync(descriptor);
  }
  const lines = bytes.toString("utf8").split("\n");
  if (size > TAIL_BYTES) lines.shift();
  const entries: LogEntry[] = [];
  for (const line of lines) {
    const found = /^(\d{4}-\d\d-\d\dT[\d:.]+Z) (.*)$/.exec(line);
    const last = entries.at(-1);
    if (found) {
      const text = found[2]!;
      const level = /^failed\b/.test(text) ? "error" : /^data error\b/.test(text) ? "warning" : "info";
      const step = /\bstep (\d+) of /.exec(text)?.[1];
      entries.push({ time: Date.parse(found[1]!), kind: "worker", level, step: step ? Number(step) : null, text });
    } else if (line.trim() !== "" && last) {
      entries[entries.length - 1] = { ...last, text: `${last.text}\n${line}` };
    } else if (line.trim() !== "") {
      entries.push({ time: statSync(file).mtimeMs, kind: "worker", level: "error", step: null, text: line });
    }
  }
  return entries;
}
