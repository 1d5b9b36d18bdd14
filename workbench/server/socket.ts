/** One window's connection: hello first, then requests and pushes. */
import type { WebSocket } from "ws";
import type { Push } from "../../contract/methods.ts";
import { ServiceHello } from "./hello.ts";
import { answer } from "./methods.ts";
import type { MethodContext } from "./methods/context.ts";

const HELLO_LIMIT_MS = 10_000;
const BACKLOG_BYTES = 4 * 1024 * 1024;

/** Omit over each member of a union. */
type WithoutSequence<Message> = Message extends Push ? Omit<Message, "seq"> : never;
export type Announcement = WithoutSequence<Push>;

export class WindowConnection {
  readonly #socket: WebSocket;
  readonly #context: MethodContext;
  readonly #hello: ServiceHello;
  readonly #sequences = new Map<string, number>();
  readonly #helloTimer: NodeJS.Timeout;
  welcomed = false;

  constructor(socket: WebSocket, context: MethodContext, token: string) {
    this.#socket = socket;
    this.#context = context;
    this.#hello = new ServiceHello(token);
    this.#helloTimer = setTimeout(() => socket.close(), HELLO_LIMIT_MS);
    socket.on("message", (data: Buffer) => {
      // Whatever a message does, it ends this line and not the service.
      this.#receive(data.toString("utf8")).catch(() => socket.terminate());
    });
    socket.on("close", () => clearTimeout(this.#helloTimer));
    socket.on("error", () => socket.terminate());
  }

  push(announcement: Announcement): void {
    if (!this.welcomed) return;
    const seq = (this.#sequences.get(announcement.topic) ?? 0) + 1;
    this.#sequences.set(announcement.topic, seq);
    // A window that cannot keep up sees the gap in the numbers and asks again.
    if (this.#socket.bufferedAmount > BACKLOG_BYTES) return;
    this.#send({ topic: announcement.topic, event: { ...announcement, seq } });
  }

  async #receive(text: string): Promise<void> {
    let message: { id?: unknown; method?: unknown; params?: unknown };
    try {
      message = JSON.parse(text) as typeof message;
      if (typeof message !== "object" || message === null) throw new TypeError("no object");
    } catch {
      this.#socket.close();
      return;
    }
    if (!this.welcomed) {
      const step = this.#hello.receive(message);
      this.#send(step.answer);
      if (step.done === "refused") this.#socket.close();
      if (step.done === "welcomed") {
        this.welcomed = true;
        clearTimeout(this.#helloTimer);
      }
      return;
    }
    if (typeof message.id !== "number" || typeof message.method !== "string") return;
    this.#send({ id: message.id, ...(await answer(this.#context, message.method, message.params ?? {})) });
  }

  #send(message: unknown): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(JSON.stringify(message));
  }
}
