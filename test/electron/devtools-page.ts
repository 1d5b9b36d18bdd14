/**
 * A page of an Electron that takes no inspector (a packaged one: its fuses refuse Playwright's way in), over Chromium's
 * remote debugging. Only what the tests of packages need.
 */
import { writeFileSync } from "node:fs";
import { waitFor } from "../support/processes.ts";

const ANSWER_LIMIT_MS = 15_000;

interface Answer {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

interface Evaluated {
  readonly result: { readonly value?: unknown };
  readonly exceptionDetails?: { readonly exception?: { readonly description?: string }; readonly text: string };
}

export class DevtoolsPage {
  /** What the page threw or logged as an error. */
  readonly problems: string[] = [];
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #next = 1;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const answer = JSON.parse(String(data)) as Answer;
      if (answer.id !== undefined) this.#waiting.get(answer.id)?.(answer);
      else this.#note(answer);
    });
  }

  /** The window's page of the Electron that debugs at `port`; waits until there is one. */
  static async attach(port: number): Promise<DevtoolsPage> {
    const address = await waitFor(
      "the window's page",
      async () => {
        const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as Record<string, string>[];
        return targets.find((target) => target["type"] === "page")?.["webSocketDebuggerUrl"];
      },
      20_000,
    );
    const socket = new WebSocket(address);
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener("open", () => resolve());
      socket.addEventListener("error", () => reject(new Error(`${address} refused the connection.`)));
    });
    const page = new DevtoolsPage(socket);
    await page.call("Runtime.enable");
    await page.call("Log.enable");
    return page;
  }

  /** Rejects when the page goes away before it answers. */
  async call(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const id = this.#next++;
    const answer = await new Promise<Answer>((resolve) => {
      const fail = (message: string): void => resolve({ error: { message } });
      const timer = setTimeout(() => fail(`not answered within ${ANSWER_LIMIT_MS} ms`), ANSWER_LIMIT_MS);
      const gone = (): void => fail("the page is gone");
      this.#socket.addEventListener("close", gone, { once: true });
      this.#waiting.set(id, (found) => {
        clearTimeout(timer);
        this.#socket.removeEventListener("close", gone);
        resolve(found);
      });
      this.#socket.send(JSON.stringify({ id, method, params }));
    });
    this.#waiting.delete(id);
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`);
    return answer.result ?? {};
  }

  /** The value of an expression in the page, promises awaited. */
  async evaluate<Value>(expression: string): Promise<Value> {
    const answer = await this.call("Runtime.evaluate", { expression, awaitPromise: true, returnByValue: true });
    const { result, exceptionDetails } = answer as unknown as Evaluated;
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value as Value;
  }

  text(): Promise<string> {
    return this.evaluate("document.body.innerText");
  }

  /** Waits until the page shows `wanted`. */
  async shows(wanted: string, timeoutMs = 20_000): Promise<void> {
    let last = "";
    // A page that is being replaced answers nothing.
    const shown = async (): Promise<boolean> => (last = await this.text().catch(() => "")).includes(wanted);
    await waitFor(`"${wanted}" on the page`, shown, timeoutMs, () => last);
  }

  async screenshot(file: string): Promise<void> {
    const { data } = await this.call("Page.captureScreenshot");
    writeFileSync(file, Buffer.from(String(data), "base64"));
  }

  close(): void {
    this.#socket.close();
  }

  #note({ method, params }: Answer): void {
    const text = JSON.stringify(params);
    if (method === "Runtime.exceptionThrown") this.problems.push(text);
    if (method === "Log.entryAdded" && (params?.["entry"] as Record<string, string>)["level"] === "error")
      this.problems.push(text);
  }
}
