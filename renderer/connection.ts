/**
 * The one WebSocket to the service: mutual hello, requests with ids, pushes with sequence numbers, and reconnection with
 * growing pauses. Requests made while the line is down wait for it.
 */
import { create } from "zustand";
import { CONTRACT_VERSION } from "../contract/methods.ts";
import type { HelloMessage, Method, MethodError, MethodInput, MethodResult, Push } from "../contract/methods.ts";
import type { ServiceAccess } from "../contract/desktop.ts";

export type ConnectionState =
  | { readonly kind: "connecting"; readonly attempt: number }
  | { readonly kind: "open" }
  | { readonly kind: "waiting"; readonly attempt: number; readonly retryAt: number }
  | {
      readonly kind: "refused";
      readonly message: string;
      readonly remedy: string;
      /** Window and service are of different versions: the service can be started anew. */
      readonly versions?: boolean;
    };

/** An error with what to do next, shown as it is. */
export class ServiceError extends Error {
  readonly code: string;
  readonly remedy: string;
  constructor(error: { readonly code: string; readonly message: string; readonly remedy: string }) {
    super(error.message);
    this.code = error.code;
    this.remedy = error.remedy;
  }
}

interface Pending {
  readonly message: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: ServiceError) => void;
  sent: boolean;
}

export const useConnection = create<{ state: ConnectionState; address: string }>(() => ({
  state: { kind: "connecting", attempt: 0 },
  address: "",
}));

const pending = new Map<number, Pending>();
const pushListeners = new Set<(push: Push) => void>();
const gapListeners = new Set<() => void>();
const sequences = new Map<string, number>();
let nextId = 1;
let socket: WebSocket | null = null;
let access: () => Promise<ServiceAccess | null> = () => Promise.resolve(null);
let attempt = 0;

const setState = (state: ConnectionState) => useConnection.setState({ state });

const hex = (bytes: ArrayBuffer | Uint8Array) =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** HMAC-SHA256 of a nonce's text with the token's text as key, in hex. */
export async function proofOf(token: string, nonce: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", encoder.encode(token), algorithm, false, ["sign"]);
  return hex(await crypto.subtle.sign("HMAC", key, encoder.encode(nonce)));
}

/** Starts to connect, and keeps doing so. `source` is asked again for every attempt. */
export function connect(source: () => Promise<ServiceAccess | null>): void {
  access = source;
  void open();
}

/** Tries again at once, after a refusal or during a pause. */
export function reconnectNow(): void {
  attempt = 0;
  void open();
}

async function open(): Promise<void> {
  socket?.close();
  setState({ kind: "connecting", attempt });
  let where: ServiceAccess | null;
  try {
    where = await access();
  } catch {
    return retry();
  }
  if (!where) {
    return setState({
      kind: "refused",
      message: "This page does not know the service's token.",
      remedy: "Open the address that `secondlook serve` printed: it carries the token.",
    });
  }
  useConnection.setState({ address: where.address });
  const line = new WebSocket(`${where.address.replace(/^http/, "ws")}/socket`);
  socket = line;
  const nonce = hex(crypto.getRandomValues(new Uint8Array(32)));
  const token = where.token;
  line.onopen = () => sendHello(line, { hello: "client", contract: CONTRACT_VERSION, nonce });
  line.onmessage = (message: MessageEvent<string>) => {
    const data = JSON.parse(message.data) as Record<string, unknown>;
    if ("hello" in data) void answerHello(line, data as unknown as HelloMessage, token, nonce);
    else receive(data);
  };
  line.onclose = () => {
    if (socket !== line) return;
    socket = null;
    for (const request of pending.values()) request.sent = false;
    if (useConnection.getState().state.kind !== "refused") retry();
  };
}

const sendHello = (line: WebSocket, message: HelloMessage) => line.send(JSON.stringify(message));

async function answerHello(line: WebSocket, message: HelloMessage, token: string, nonce: string): Promise<void> {
  if (message.hello === "service") {
    if (message.contract !== CONTRACT_VERSION) {
      return refuse(line, `The service speaks version ${message.contract}, this window ${CONTRACT_VERSION}.`, VERSIONS);
    }
    if (message.proof !== (await proofOf(token, nonce))) {
      return refuse(line, "Something that is not Secondlook answered on this port.", "Start the service again.");
    }
    sendHello(line, { hello: "proof", proof: await proofOf(token, message.nonce) });
  } else if (message.hello === "welcome") {
    attempt = 0;
    sequences.clear();
    setState({ kind: "open" });
    for (const request of pending.values()) sendPending(request);
    for (const listener of gapListeners) listener();
  } else if (message.hello === "refused") {
    const remedy = / speaks version /.test(message.reason)
      ? VERSIONS
      : "Open the address printed by `secondlook serve`.";
    refuse(line, `The service refused this window: ${message.reason}.`, remedy);
  }
}

const VERSIONS = "Start the service again, so that window and service match. Runs go on meanwhile.";

function refuse(line: WebSocket, message: string, remedy: string): void {
  setState({ kind: "refused", message, remedy, versions: remedy === VERSIONS });
  line.close();
}

function retry(): void {
  attempt += 1;
  const pauseMs = Math.min(250 * 2 ** (attempt - 1), 5000);
  setState({ kind: "waiting", attempt, retryAt: Date.now() + pauseMs });
  const mine = attempt;
  setTimeout(() => {
    if (attempt === mine && useConnection.getState().state.kind === "waiting") void open();
  }, pauseMs);
}

function sendPending(request: Pending): void {
  if (request.sent || socket?.readyState !== WebSocket.OPEN) return;
  request.sent = true;
  socket.send(request.message);
}

function receive(data: Record<string, unknown>): void {
  if (typeof data["id"] === "number") {
    const request = pending.get(data["id"]);
    pending.delete(data["id"]);
    if (!request) return;
    const error = data["error"] as MethodError | undefined;
    if (error) request.reject(new ServiceError(error));
    else request.resolve(data["result"]);
    return;
  }
  const push = (data["event"] ?? data) as Push;
  const last = sequences.get(push.topic);
  sequences.set(push.topic, push.seq);
  if (last !== undefined && push.seq !== last + 1) for (const listener of gapListeners) listener();
  for (const listener of pushListeners) listener(push);
}

/** Asks the service. Rejects with a `ServiceError`; waits while the line is down. */
export function call<Name extends Method>(method: Name, params: MethodInput<Name>): Promise<MethodResult<Name>> {
  return new Promise((resolve, reject) => {
    const id = nextId++;
    const request: Pending = {
      message: JSON.stringify({ id, method, params }),
      resolve: resolve as (result: unknown) => void,
      reject,
      sent: false,
    };
    pending.set(id, request);
    if (useConnection.getState().state.kind === "open") sendPending(request);
  });
}

/** Every push, in order. */
export function onPush(listener: (push: Push) => void): void {
  pushListeners.add(listener);
}

/** After each (re)connection and after each lost push: what is on screen has to be asked again. */
export function onGap(listener: () => void): void {
  gapListeners.add(listener);
}

/** Media addresses come relative to the service; from `app://` they have to be made whole. */
export function mediaAddress(url: string): string {
  const { address } = useConnection.getState();
  return address && !/^[a-z]+:/.test(url) ? new URL(url, address).href : url;
}
