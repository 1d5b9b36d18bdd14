import { describe, expect, it } from "vitest";
import { CONTRACT_VERSION } from "../../contract/methods.ts";
import { ServiceHello } from "./hello.ts";
import { hmac } from "./token.ts";

const TOKEN = "the token";
const NONCE = "a nonce that is long enough";
const greeting = (nonce = NONCE, contract = CONTRACT_VERSION) => ({ hello: "client", contract, nonce });

describe("the hello", () => {
  it("welcomes a window that proves it knows the token, after proving it too", () => {
    const hello = new ServiceHello(TOKEN);
    const { answer } = hello.receive(greeting());
    if (answer.hello !== "service") throw new Error("no service hello");
    expect(answer.proof).toBe(hmac(TOKEN, NONCE));
    expect(hello.receive({ hello: "proof", proof: hmac(TOKEN, answer.nonce) }).done).toBe("welcomed");
  });

  it.each([
    ["a wrong proof", [greeting(), { hello: "proof", proof: "0".repeat(64) }]],
    ["a proof before the greeting", [{ hello: "proof", proof: hmac(TOKEN, NONCE) }]],
    ["another contract version", [greeting(NONCE, CONTRACT_VERSION + 1)]],
    ["a nonce that is too short", [greeting("short")]],
    ["something else", [{ method: "runs.list" }]],
  ])("refuses %s", (_what, messages) => {
    const hello = new ServiceHello(TOKEN);
    const steps = messages.map((message) => hello.receive(message));
    expect(steps.at(-1)!.done).toBe("refused");
  });

  it("does not compute for one connection the proof that another asks for", () => {
    const asked = new ServiceHello(TOKEN).receive(greeting()).answer;
    if (asked.hello !== "service") throw new Error("no service hello");
    expect(new ServiceHello(TOKEN).receive(greeting(asked.nonce)).done).toBe("refused");
  });
});
