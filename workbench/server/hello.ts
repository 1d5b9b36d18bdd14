/** The mutual hello: both sides prove that they know the token before anything else is said. */
import { randomBytes } from "node:crypto";
import { CONTRACT_VERSION, type HelloMessage } from "../../contract/methods.ts";
import { hmac, sameSecret } from "./token.ts";

export interface HelloStep {
  readonly answer: HelloMessage;
  readonly done: "welcomed" | "refused" | null;
}

/**
 * The service's nonces begin with this, and it proves nothing over a nonce that does: otherwise a window without the
 * token could have the service compute the proof that another connection asks for.
 */
const SERVICE_PREFIX = "service:";

/** The service's side for one connection. */
export class ServiceHello {
  readonly #token: string;
  readonly #nonce = SERVICE_PREFIX + randomBytes(32).toString("hex");
  #greeted = false;

  constructor(token: string) {
    this.#token = token;
  }

  receive(message: unknown): HelloStep {
    const hello = message as Partial<Extract<HelloMessage, { hello: "client" }>> & { proof?: unknown };
    if (hello.hello === "client" && !this.#greeted) {
      if (hello.contract !== CONTRACT_VERSION) {
        return refuse(`the window speaks version ${hello.contract} and the service ${CONTRACT_VERSION}`);
      }
      if (typeof hello.nonce !== "string" || hello.nonce.length < 16) return refuse("the hello has no nonce");
      if (hello.nonce.startsWith(SERVICE_PREFIX)) return refuse("the nonce is one of a service");
      this.#greeted = true;
      const proof = hmac(this.#token, hello.nonce);
      return { answer: { hello: "service", contract: CONTRACT_VERSION, nonce: this.#nonce, proof }, done: null };
    }
    if ((hello.hello as string) === "proof" && this.#greeted && typeof hello.proof === "string") {
      if (sameSecret(hello.proof, hmac(this.#token, this.#nonce)))
        return { answer: { hello: "welcome" }, done: "welcomed" };
      return refuse("the proof is wrong; the window has another token");
    }
    return refuse("the hello is not understood");
  }
}

const refuse = (reason: string): HelloStep => ({ answer: { hello: "refused", reason }, done: "refused" });
