/** The session worker as a child of this process: started with the first call, ended with this process or after a pause. */
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import type { SessionEvent, SessionInput, SessionMethod, SessionResults } from "../../contract/session.ts";
import { leaseText, type SessionLease } from "./lease.ts";
import { startScript } from "../scripts.ts";

/** What went wrong, as a sentence; `code` is BAD_REQUEST where the caller can mend it, CANCELLED, or the engine's. */
export class SessionError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.name = "SessionError";
    this.code = code;
  }
}

export interface CallOptions {
  readonly onEvent?: (event: SessionEvent) => void;
  readonly signal?: AbortSignal;
}

interface Pending {
  readonly onEvent: ((event: SessionEvent) => void) | undefined;
  readonly resolve: (result: never) => void;
  readonly reject: (error: SessionError) => void;
}

interface Answer {
  readonly id: number;
  readonly event?: SessionEvent;
  readonly result?: never;
  readonly error?: { readonly code: string; readonly message: string };
}

/** Loaded models are let go after so long without a call. */
const IDLE_MS = 10 * 60_000;

export class SessionClient {
  readonly #data: string;
  readonly #lease: () => Promise<SessionLease>;
  readonly #pending = new Map<number, Pending>();
  #child: ChildProcessWithoutNullStreams | null = null;
  #idle: NodeJS.Timeout | undefined;
  #lastWords = "";
  /** What the child was started with. */
  #place = "";
  #nextId = 1;

  /** `lease` is asked with every call; without it the worker takes what it finds, as a command of its own does. */
  constructor(data: string, lease: () => Promise<SessionLease> = () => Promise.resolve({ device: null, beside: [] })) {
    this.#data = data;
    this.#lease = lease;
  }

  /** @throws SessionError */
  async call<Name extends SessionMethod>(
    method: Name,
    params: SessionInput<Name>,
    { onEvent, signal }: CallOptions = {},
  ): Promise<SessionResults[Name]> {
    const lease = await this.#lease();
    if (signal?.aborted === true) throw new SessionError("CANCELLED", "It was cancelled.");
    const beside = leaseText(lease);
    if (beside !== null) onEvent?.({ type: "progress", text: beside });
    const child = this.#started(lease);
    const id = this.#nextId++;
    const cancel = (): void => void child.stdin.write(`${JSON.stringify({ id, cancel: true })}\n`);
    signal?.addEventListener("abort", cancel, { once: true });
    return new Promise<SessionResults[Name]>((resolve, reject) => {
      this.#pending.set(id, { onEvent, resolve: resolve as (result: never) => void, reject });
      child.stdin.write(`${JSON.stringify({ id, method, params })}\n`);
    }).finally(() => signal?.removeEventListener("abort", cancel));
  }

  /** A run begins: loaded models are let go unless they are at work just now. */
  yieldTo(): void {
    if (this.#pending.size === 0) this.stop();
  }

  /** Ends the worker; calls in flight are refused. */
  stop(): void {
    clearTimeout(this.#idle);
    const child = this.#child;
    this.#child = null;
    child?.stdin.end();
    child?.kill();
    this.#refuseAll("The session worker was ended.");
  }

  #started({ device, beside }: SessionLease): ChildProcessWithoutNullStreams {
    clearTimeout(this.#idle);
    const environment = {
      // It sees only its own GPU.
      ...(device === null ? {} : { CUDA_VISIBLE_DEVICES: device.replace("cuda:", "") }),
      ...(beside.length === 0 ? {} : { SECONDLOOK_GUEST: "1" }),
    };
    const place = JSON.stringify(environment);
    // Another device, or a run that has begun or ended: priorities cannot be raised again.
    if (place !== this.#place && this.#pending.size === 0) this.stop();
    if (this.#child !== null) return this.#child;
    this.#place = place;
    // All three streams are pipes, so none is null.
    const child = startScript("trainer/session-main.ts", [this.#data], {
      stdio: ["pipe", "pipe", "pipe"],
      environment,
    }) as ChildProcessWithoutNullStreams;
    this.#child = child;
    child.stdin.on("error", () => undefined);
    child.on("error", (error) => this.#ended(child, error.message));
    child.on("close", () => this.#ended(child, this.#lastWords));
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#lastWords = `${this.#lastWords}${text}`.slice(-2000);
    });
    createInterface({ input: child.stdout, crlfDelay: Infinity }).on("line", (line) => this.#take(line));
    return child;
  }

  #take(line: string): void {
    const { id, event, result, error } = JSON.parse(line) as Answer;
    const pending = this.#pending.get(id);
    if (pending === undefined) return;
    if (event !== undefined) {
      pending.onEvent?.(event);
      return;
    }
    this.#pending.delete(id);
    if (this.#pending.size === 0) this.#idle = setTimeout(() => this.stop(), IDLE_MS).unref();
    if (error === undefined) pending.resolve(result!);
    else pending.reject(new SessionError(error.code, error.message));
  }

  #ended(child: ChildProcessWithoutNullStreams, words: string): void {
    if (this.#child !== child) return;
    this.#child = null;
    const why = words.trim().split("\n").at(-1) ?? "";
    this.#refuseAll(
      `The session worker ended unexpectedly${why === "" ? "" : ` (${why})`}; the next question starts it again.`,
    );
  }

  #refuseAll(message: string): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { reject } of pending) reject(new SessionError("ENDED", message));
  }
}
