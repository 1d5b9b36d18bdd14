/** One question at work: what was streamed so far, token by token, then the whole answer. */
import { useEffect, useRef, useState } from "react";
import type { MethodInput, MethodResult } from "../../../contract/methods.ts";
import type { SessionEvent, SessionToken } from "../../../contract/session.ts";
import { call, onPush, type ServiceError } from "../../connection.ts";

export type Answered = MethodResult<"session.ask">;
export type Question = Omit<MethodInput<"session.ask">, "call">;

export interface Asking {
  /** Null where nothing was asked yet. */
  readonly asked: Question | null;
  readonly busy: boolean;
  /** Whole characters; a token may hold half of one. */
  readonly streamed: string;
  readonly tokens: readonly SessionToken[];
  /** What else the worker said last: how far it is, or that a run trains beside it. */
  readonly progress: string | null;
  readonly result: Answered | null;
  readonly error: ServiceError | null;
}

const NOTHING: Asking = {
  asked: null,
  busy: false,
  streamed: "",
  tokens: [],
  progress: null,
  result: null,
  error: null,
};

/** Listeners of calls in flight, by the call's name. */
const listeners = new Map<string, (event: SessionEvent) => void>();
onPush((push) => {
  if (push.topic === "session") listeners.get(push.call)?.(push.event);
});

export const newCall = (): string => `w${crypto.getRandomValues(new Uint32Array(2)).join("-")}`;

/** Calls a method of the session whose events are listened to meanwhile. */
export async function listening<Result>(
  work: (name: string) => Promise<Result>,
  onEvent: (event: SessionEvent) => void,
  name = newCall(),
): Promise<Result> {
  listeners.set(name, onEvent);
  try {
    return await work(name);
  } finally {
    listeners.delete(name);
  }
}

export function useAsking(): {
  state: Asking;
  ask: (question: Question) => Promise<void>;
  cancel: () => void;
  clear: () => void;
} {
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
    const hear = (event: SessionEvent) => {
      if (current.current !== name) return;
      if (event.type === "tokens") {
        const { text, tokens } = event;
        setState((before) => ({
          ...before,
          streamed: before.streamed + text,
          tokens: [...before.tokens, ...tokens],
          progress: null,
        }));
      } else if (event.type === "progress") setState((before) => ({ ...before, progress: event.text }));
    };
    try {
      const result = await listening((given) => call("session.ask", { ...asked, call: given }), hear, name);
      if (current.current === name) setState({ ...NOTHING, asked, result });
    } catch (error) {
      if (current.current === name) setState((before) => ({ ...before, busy: false, error: error as ServiceError }));
    } finally {
      if (current.current === name) current.current = null;
    }
  };
  return { state, ask, cancel, clear: () => setState(NOTHING) };
}
