/** One question at work: what was streamed so far, then the whole answer. */
import { useEffect, useRef, useState } from "react";
import type { MethodInput, MethodResult } from "../../../contract/methods.ts";
import { call, onPush, type ServiceError } from "../../connection.ts";

export type Answered = MethodResult<"session.ask">;
export type Question = Omit<MethodInput<"session.ask">, "call">;

export interface Asking {
  /** Null where nothing was asked yet. */
  readonly asked: Question | null;
  readonly busy: boolean;
  readonly streamed: string;
  readonly result: Answered | null;
  readonly error: ServiceError | null;
}

const NOTHING: Asking = { asked: null, busy: false, streamed: "", result: null, error: null };

/** Listeners of calls in flight, by the call's name. */
const listeners = new Map<string, (text: string) => void>();
onPush((push) => {
  if (push.topic === "session" && push.event.type === "tokens") listeners.get(push.call)?.(push.event.text);
});

export const newCall = (): string => `w${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;

export function useAsking(): { state: Asking; ask: (question: Question) => Promise<void>; cancel: () => void } {
  const [state, setState] = useState(NOTHING);
  const current = useRef<string | null>(null);
  const cancel = () => {
    if (current.current !== null) void call("session.cancel", { call: current.current }).catch(() => undefined);
  };
  useEffect(() => cancel, []);
  const ask = async (asked: Question): Promise<void> => {
    cancel();
    const name = newCall();
    current.current = name;
    setState({ ...NOTHING, asked, busy: true });
    listeners.set(name, (text) => setState((before) => ({ ...before, streamed: before.streamed + text })));
    try {
      const result = await call("session.ask", { ...asked, call: name });
      if (current.current === name) setState({ ...NOTHING, asked, result });
    } catch (error) {
      if (current.current === name) setState((before) => ({ ...before, busy: false, error: error as ServiceError }));
    } finally {
      listeners.delete(name);
      if (current.current === name) current.current = null;
    }
  };
  return { state, ask, cancel };
}
