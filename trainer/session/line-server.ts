/** Requests as lines of JSON in, events and answers as lines out. One request at work at a time, the others wait. */
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { sessionInputs, type SessionEvent, type SessionMethod, type SessionResults } from "../../contract/session.ts";

export interface Call {
  readonly signal: AbortSignal;
  readonly emit: (event: SessionEvent) => void;
}

export type SessionHandlers = {
  readonly [Name in SessionMethod]: (params: never, call: Call) => Promise<SessionResults[Name]>;
};

interface Request {
  readonly id: number;
  readonly method: SessionMethod;
  readonly params: unknown;
  readonly stop: AbortController;
}

/** Serves until the input ends; then what is at work is aborted. */
export async function serveLines(input: Readable, output: Writable, handlers: SessionHandlers): Promise<void> {
  const waiting: Request[] = [];
  const known = new Map<number, Request>();
  let working: Promise<void> | null = null;
  const send = (message: unknown): void => void output.write(`${JSON.stringify(message)}\n`);

  const work = async (): Promise<void> => {
    for (let request = waiting.shift(); request !== undefined; request = waiting.shift()) {
      const { id, method, params, stop } = request;
      try {
        stop.signal.throwIfAborted();
        const parsed = sessionInputs[method].safeParse(params);
        if (!parsed.success) {
          const issue = parsed.error.issues[0]!;
          throw new RangeError(`${method}: ${issue.path.join(".") || "input"}: ${issue.message}.`);
        }
        const handler = handlers[method] as (params: unknown, call: Call) => Promise<unknown>;
        const emit = (event: SessionEvent): void => send({ id, event });
        send({ id, result: await handler(parsed.data, { signal: stop.signal, emit }) });
      } catch (error) {
        const message = stop.signal.aborted ? "It was cancelled." : (error as Error).message;
        send({ id, error: { code: codeOf(error, stop.signal), message } });
      } finally {
        known.delete(id);
      }
    }
    working = null;
  };

  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line.trim() === "") continue;
    const message = JSON.parse(line) as { id: number; method?: string; params?: unknown; cancel?: boolean };
    if (message.cancel === true) {
      known.get(message.id)?.stop.abort();
      continue;
    }
    if (message.method === undefined || !Object.hasOwn(sessionInputs, message.method)) {
      send({ id: message.id, error: { code: "BAD_REQUEST", message: `There is no method "${message.method}".` } });
      continue;
    }
    const { id, params } = message;
    const request = { id, method: message.method as SessionMethod, params, stop: new AbortController() };
    known.set(id, request);
    waiting.push(request);
    working ??= work();
  }
  for (const { stop } of known.values()) stop.abort();
  await working;
}

/** What the caller can mend is BAD_REQUEST. */
function codeOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return "CANCELLED";
  const { name, code } = error as { name?: string; code?: unknown };
  if (error instanceof RangeError || name === "MediaError" || name === "VisionSizeError") return "BAD_REQUEST";
  return name === "EngineError" && typeof code === "string" ? code : "INTERNAL";
}
