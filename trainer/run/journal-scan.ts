/** Reads a journal once before a worker goes on with it: where it is whole, and what earlier attempts did. */
import { createReadStream, existsSync } from "node:fs";

export interface Acknowledgement {
  readonly accepted: boolean;
  /** Updates that were done when it was applied. */
  readonly step: number;
}

export interface JournalScan {
  /** Bytes up to the end of the last whole line that is valid JSON. */
  readonly wholeBytes: number;
  /** Bytes of the tokens file that lines name. */
  readonly tokenBytes: number;
  /** 0 when there is no line yet. */
  readonly lastAttempt: number;
  readonly started: boolean;
  /** Commands that were acknowledged, by id: they are not applied again. */
  readonly acknowledged: ReadonlyMap<string, Acknowledgement>;
  /** Data errors that were reported: place by file, so that a resume does not report them again. */
  readonly dataErrors: ReadonlySet<string>;
  /** Evaluations that are complete and not superseded: `<label>/<split>@<step>`, with the step. */
  readonly evaluations: ReadonlyMap<string, number>;
  /** Status of the newest attempt's end; null when it has none. */
  readonly ended: string | null;
}

const INTERESTING = /"type":"(?:run_started|resume|rollout|control_ack|data_error|evaluation|run_ended)"/;

/** Our own lines begin so: an attempt counts by its first line, also when it was killed before it wrote what matters. */
const ENVELOPE = /^\{"v":\d+,"attempt":(\d+),/;

/** Key of a data error in {@link JournalScan.dataErrors}. */
export const dataErrorKey = (file: string, place: string): string => `${file}\n${place}`;

export async function scanJournal(path: string): Promise<JournalScan> {
  const acknowledged = new Map<string, Acknowledgement>();
  const dataErrors = new Set<string>();
  const evaluations = new Map<string, number>();
  let wholeBytes = 0;
  let tokenBytes = 0;
  let lastAttempt = 0;
  let started = false;
  let ended: string | null = null;
  const take = (line: Buffer, end: number): void => {
    const text = line.toString("utf8");
    let event: Record<string, unknown>;
    try {
      const envelope = ENVELOPE.exec(text);
      if (envelope === null || INTERESTING.test(text)) {
        const value: unknown = JSON.parse(text);
        if (typeof value !== "object" || value === null) return;
        event = value as Record<string, unknown>;
      } else if (text.endsWith("}")) event = { attempt: Number(envelope[1]) };
      else return;
    } catch {
      // A damaged line: cut off if nothing valid follows it, else kept as it is and skipped.
      return;
    }
    wholeBytes = end;
    if (typeof event["attempt"] === "number") lastAttempt = Math.max(lastAttempt, event["attempt"]);
    switch (event["type"]) {
      case "run_started":
        started = true;
        break;
      case "resume":
        ended = null;
        for (const [key, step] of evaluations) if (step > (event["fromStep"] as number)) evaluations.delete(key);
        break;
      case "rollout": {
        const tokens = event["tokens"] as { offset: number; bytes: number } | undefined;
        const end = Number(tokens?.offset) + Number(tokens?.bytes);
        if (Number.isSafeInteger(end)) tokenBytes = Math.max(tokenBytes, end);
        break;
      }
      case "control_ack":
        acknowledged.set(event["id"] as string, {
          accepted: event["accepted"] as boolean,
          step: event["step"] as number,
        });
        break;
      case "data_error":
        dataErrors.add(dataErrorKey(event["file"] as string, event["place"] as string));
        break;
      case "evaluation":
        evaluations.set(
          `${event["label"] as string}/${event["split"] as string}@${event["step"] as number}`,
          event["step"] as number,
        );
        break;
      case "run_ended":
        ended = event["status"] as string;
        break;
    }
  };
  if (existsSync(path)) await eachWholeLine(path, take);
  return {
    wholeBytes,
    tokenBytes,
    lastAttempt,
    started,
    acknowledged,
    dataErrors,
    evaluations,
    ended,
  };
}

/** Hands over each line that ends with a newline, without it, and the byte where the next one starts. */
export async function eachWholeLine(path: string, take: (line: Buffer, end: number) => void): Promise<void> {
  let start = 0;
  let rest = Buffer.alloc(0);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    const bytes = rest.length === 0 ? (chunk as Buffer) : Buffer.concat([rest, chunk as Buffer]);
    let from = 0;
    for (let end = bytes.indexOf(10, from); end !== -1; end = bytes.indexOf(10, from)) {
      start += end + 1 - from;
      take(bytes.subarray(from, end), start);
      from = end + 1;
    }
    rest = Buffer.from(bytes.subarray(from));
  }
}
