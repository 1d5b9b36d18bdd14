/** A window's side of the socket, for tests: the mutual hello, requests, and the pushes that came. */
import { WebSocket } from "ws";
import {
  CONTRACT_VERSION,
  type HelloMessage,
  type Method,
  type MethodError,
  type MethodInput,
  type MethodResult,
  type Push,
} from "../../contract/methods.ts";
import { hmac, sameSecret } from "../server/token.ts";

export interface ClientOptions {
  readonly token: string;
  readonly contract?: number;
  readonly origin?: string;
}

export class CallFailed extends Error {
  readonly error: MethodError;
  constructor(error: MethodError) {
    super(error.message);
    this.error = error;
  }
}

export class TestClient {
  readonly pushes: Push[] = [];
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (message: { result?: unknown; error?: MethodError }) => void>();
  #next = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString("utf8")) as Record<string, unknown>;
      if (typeof message["id"] === "number") this.#waiting.get(message["id"])?.(message);
      else if ("topic" in message) this.pushes.push(message["event"] as Push);
    });
  }

  /** Rejects with the service's reason when it refuses. */
  static async connect(address: string, options: ClientOptions): Promise<TestClient> {
    const url = `${address.replace("http", "ws")}/socket`;
    const socket = new WebSocket(url, options.origin === undefined ? {} : { origin: options.origin });
    const nonce = "a nonce of the test client";
    await new Promise<void>((resolve, reject) => {
      const send = (message: HelloMessage): void => socket.send(JSON.stringify(message));
      socket.on("open", () => send({ hello: "client", contract: options.contract ?? CONTRACT_VERSION, nonce }));
      socket.on("error", reject);
      socket.on("close", () => reject(new Error("The service closed the connection.")));
      const onHello = (data: Buffer): void => {
        const message = JSON.parse(data.toString("utf8")) as HelloMessage;
        if (message.hello === "service") {
          if (!sameSecret(message.proof, hmac(options.token, nonce)))
            reject(new Error("The service's proof is wrong."));
          else send({ hello: "proof", proof: hmac(options.token, message.nonce) });
        } else if (message.hello === "welcome") {
          socket.off("message", onHello);
          resolve();
        } else if (message.hello === "refused") reject(new Error(message.reason));
      };
      socket.on("message", onHello);
    });
    return new TestClient(socket);
  }

  call<Name extends Method>(method: Name, params: MethodInput<Name>): Promise<MethodResult<Name>> {
    return this.callAnything(method, params) as Promise<MethodResult<Name>>;
  }

  callAnything(method: string, params: unknown): Promise<unknown> {
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, (message) => {
        this.#waiting.delete(id);
        if (message.error) reject(new CallFailed(message.error));
        else resolve(message.result);
      });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
  }

  close(): void {
    this.#socket.close();
  }
}
