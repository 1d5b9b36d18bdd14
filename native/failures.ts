/** From native failures to {@link EngineError}, and from AbortSignals to cancel handles. */
import { type NativeCancel, loadNative } from "./module.ts";
import { EngineError, type EngineErrorCode } from "./types.ts";

/** Awaits `call`; what it throws or rejects with becomes an EngineError. */
export async function translated<T>(call: () => T | Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw asEngineError(error);
  }
}

/** Native errors carry a `code`; whatever else arrives here is an error of the caller's own and stays as it is. */
export function asEngineError(error: unknown): unknown {
  if (error instanceof EngineError || !(error instanceof Error)) return error;
  const code = (error as { code?: unknown }).code;
  if (typeof code !== "string" || !/^[A-Z_]+$/.test(code)) return error;
  return new EngineError(code as EngineErrorCode, error.message);
}

/** Runs `call` with a cancel handle that fires when `signal` does; without a signal, with none. */
export async function cancellable<T>(
  signal: AbortSignal | undefined,
  call: (cancel: NativeCancel | undefined) => Promise<T>,
): Promise<T> {
  if (!signal) return translated(() => call(undefined));
  return translated(async () => {
    const cancel = new (loadNative().Cancel)();
    const onAbort = (): void => cancel.cancel();
    if (signal.aborted) onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      return await call(cancel);
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  });
}
