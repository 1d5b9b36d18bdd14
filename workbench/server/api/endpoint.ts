/**
 * The OpenAI-compatible endpoint: `GET /v1/models` and `POST /v1/chat/completions`, off unless the service was started
 * with `--api`, behind a token of its own.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AnswerResult, AskResult, SessionToken } from "../../../contract/session.ts";
import { SessionError, type SessionClient } from "../../session/client.ts";
import type { Db } from "../../store/databases.ts";
import { ApiError, apiModels, readRequest, type ApiRequest } from "./requests.ts";

/** A minute of small video as base64 fits; more is refused before it is read. */
const BODY_LIMIT_BYTES = 96 * 2 ** 20;

export const newApiToken = (): string => `sk-secondlook-${randomBytes(24).toString("hex")}`;

export class ApiEndpoint {
  readonly #token: Buffer;
  readonly #data: string;
  readonly #user: Db;
  readonly #session: SessionClient;

  constructor(token: string, data: string, user: Db, session: SessionClient) {
    this.#token = Buffer.from(`Bearer ${token}`);
    this.#data = data;
    this.#user = user;
    this.#session = session;
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.#authorise(request);
      if (request.method === "GET" && request.url === "/v1/models") this.#models(response);
      else if (request.url !== "/v1/chat/completions") throw new ApiError(404, `There is no ${request.url}.`);
      else if (request.method !== "POST") throw new ApiError(405, "Send a POST with a JSON body.");
      else await this.#chat(await readBody(request), response);
    } catch (error) {
      refuse(response, error);
    }
  }

  #authorise(request: IncomingMessage): void {
    const given = Buffer.from(request.headers.authorization ?? "");
    if (given.length === this.#token.length && timingSafeEqual(given, this.#token)) return;
    throw new ApiError(
      401,
      "The API token is missing or wrong: the service printed it when it began.",
      null,
      "invalid_api_key",
    );
  }

  #models(response: ServerResponse): void {
    const data = apiModels(this.#data).map(({ id }) => ({ id, object: "model", created: 0, owned_by: "secondlook" }));
    send(response, 200, { object: "list", data });
  }

  async #chat(body: unknown, response: ServerResponse): Promise<void> {
    const request = readRequest(this.#data, this.#user, body);
    const gone = new AbortController();
    response.on("close", () => gone.abort());
    try {
      if (request.stream) await this.#stream(request, response, gone.signal);
      else {
        const result = await this.#session.call("chat", request.chat, { signal: gone.signal });
        send(response, 200, completion(request, result));
      }
    } finally {
      request.dispose();
    }
  }

  async #stream(request: ApiRequest, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const created = Math.floor(Date.now() / 1000);
    const chunk = (choices: readonly object[], more: object = {}): void => {
      if (!response.headersSent) {
        response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
      }
      const body = { id: request.id, object: "chat.completion.chunk", created, model: request.model, choices, ...more };
      response.write(`data: ${JSON.stringify(body)}\n\n`);
    };
    const choice = (index: number, delta: object, finish: string | null, logprobs: object | null): object => ({
      index,
      delta,
      logprobs,
      finish_reason: finish,
    });
    const result = await this.#session.call("chat", request.chat, {
      signal,
      onEvent(event) {
        if (event.type === "shown") {
          chunk(
            Array.from({ length: request.chat.n }, (_, index) =>
              choice(index, { role: "assistant", content: "" }, null, null),
            ),
          );
        } else if (event.type === "tokens") {
          const logprobs = request.logprobs ? { content: event.tokens.map(logprobOf), refusal: null } : null;
          chunk([choice(event.completion, { content: event.text }, null, logprobs)]);
        }
      },
    });
    result.answers.forEach(({ stopReason }, index) => chunk([choice(index, {}, finishOf(stopReason), null)]));
    if (request.withUsage) chunk([], { usage: usageOf(result) });
    response.end("data: [DONE]\n\n");
  }
}

function completion(request: ApiRequest, result: AskResult): object {
  return {
    id: request.id,
    object: "chat.completion",
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    choices: result.answers.map(({ text, tokens, stopReason }, index) => ({
      index,
      message: { role: "assistant", content: text, refusal: null },
      logprobs: request.logprobs ? { content: tokens.map(logprobOf), refusal: null } : null,
      finish_reason: finishOf(stopReason),
    })),
    usage: usageOf(result),
  };
}

const finishOf = (reason: AnswerResult["stopReason"]): string => (reason === "length" ? "length" : "stop");

function logprobOf({ text, logProb }: SessionToken): object {
  return { token: text, logprob: logProb, bytes: [...Buffer.from(text)], top_logprobs: [] };
}

function usageOf({ promptTokens, answers }: AskResult): object {
  const completionTokens = answers.reduce((sum, { tokens }) => sum + tokens.length, 0);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  };
}

/** @throws ApiError for a body that is too large or no JSON. */
async function readBody(request: IncomingMessage): Promise<unknown> {
  const tooLarge = new ApiError(413, `The body is larger than ${BODY_LIMIT_BYTES / 2 ** 20} MiB.`);
  if (Number(request.headers["content-length"] ?? 0) > BODY_LIMIT_BYTES) throw tooLarge;
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > BODY_LIMIT_BYTES) throw tooLarge;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as unknown;
  } catch {
    throw new ApiError(400, "The body is no JSON.");
  }
}

function refuse(response: ServerResponse, error: unknown): void {
  const known = error instanceof ApiError ? error : null;
  const isTheirs = error instanceof SessionError && ["BAD_REQUEST", "BAD_ARGUMENT"].includes(error.code);
  const status = known?.status ?? (isTheirs ? 400 : 500);
  const type = status === 401 ? "authentication_error" : status < 500 ? "invalid_request_error" : "server_error";
  const { message } = error as Error;
  const body = { error: { message, type, param: known?.param ?? null, code: known?.code ?? null } };
  if (!response.headersSent) send(response, status, body);
  else response.end(`data: ${JSON.stringify(body)}\n\n`);
}

function send(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    "cache-control": "no-store",
  });
  response.end(text);
}
