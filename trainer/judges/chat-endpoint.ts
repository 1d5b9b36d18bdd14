/** OpenAI's chat completions over HTTP, asked again after a while where the service is busy or away. */
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";

export interface ChatEndpoint {
  /** As {@link chatAddress} gives it. */
  readonly address: string;
  readonly key?: string;
  /** Waiting before each new try, milliseconds. */
  readonly retryMs?: readonly number[];
}

const LIMIT_MS = 10 * 60 * 1000;
const RETRY_MS = [1000, 4000, 15_000, 60_000];
/** The request itself is at fault: another try would end the same, another one may not. */
const ROW_FAULTS = new Set([400, 413, 415, 422]);

const replySchema = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullable() }) })).min(1),
});

/** @param base up to and without `/chat/completions`. @throws RangeError for what is no http address. */
export function chatAddress(base: string): string {
  if (!/^https?:\/\//.test(base)) {
    throw new RangeError(`The endpoint ${base} is no http address: write it as http://HOST:PORT/v1.`);
  }
  return `${base.replace(/\/+$/, "")}/chat/completions`;
}

/** Contents of the choices; an Error as the result where this request is refused. @throws when the endpoint fails for good. */
export async function askChat(
  { address, key, retryMs = RETRY_MS }: ChatEndpoint,
  request: object,
  signal: AbortSignal,
): Promise<readonly string[] | Error> {
  for (let tries = 0; ; tries++) {
    let problem: string;
    try {
      const response = await fetch(address, {
        method: "POST",
        headers: { "content-type": "application/json", ...(key ? { authorization: `Bearer ${key}` } : {}) },
        body: JSON.stringify(request),
        signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]),
      });
      const text = await response.text();
      if (response.ok) return contentsOf(text);
      problem = `it answered ${response.status}: ${text.slice(0, 200)}`;
      if (ROW_FAULTS.has(response.status)) return new Error(`The endpoint refused the row: ${problem}`);
      if (response.status < 500 && response.status !== 429 && response.status !== 408) {
        throw new Error(`The endpoint ${address} cannot be used: ${problem}. Check its address, model and key.`);
      }
    } catch (error) {
      if (signal.aborted || (error as Error).message.startsWith("The endpoint")) throw error;
      const cause = (error as { cause?: { code?: string } }).cause?.code;
      problem = cause ?? (error as Error).message;
    }
    const wait = retryMs[tries];
    if (wait === undefined) {
      throw new Error(
        `The endpoint ${address} does not answer (${problem}). The same command goes on once it does again.`,
      );
    }
    await delay(wait, undefined, { signal });
  }
}

function contentsOf(text: string): string[] {
  const unknown = (): Error => new Error(`The endpoint gave no chat completion but: ${text.slice(0, 200)}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unknown();
  }
  const reply = replySchema.safeParse(value);
  if (!reply.success) throw unknown();
  return reply.data.choices.map(({ message }) => message.content ?? "");
}
