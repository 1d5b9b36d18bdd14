/**
 * An OpenAI-compatible chat endpoint as the teacher. The frames that our own models would be shown go along as PNG in
 * data: URLs, or the video file whole for endpoints that take one (vLLM's `video_url`).
 */
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { userText, type PromptTemplate } from "../../science/prompts.ts";
import { seedOf } from "../../science/rng.ts";
import type { LoadedSample } from "../dataset.ts";
import type { FrameStore } from "../media/frame-store.ts";
import { mediaPath } from "../samples.ts";
import type { Teacher, TeacherSampling } from "./teacher.ts";

export interface EndpointOptions {
  /** Up to and without `/chat/completions`, e.g. `http://localhost:8000/v1`. */
  readonly address: string;
  readonly model: string;
  readonly key?: string;
  readonly videoAs: "frames" | "video";
  readonly template: PromptTemplate;
  readonly store: FrameStore;
  readonly mediaRoot: string;
  /** Waiting before each new try, milliseconds. */
  readonly retryMs?: readonly number[];
}

const LIMIT_MS = 10 * 60 * 1000;
const RETRY_MS = [1000, 4000, 15_000, 60_000];
/** The request itself is at fault: another try would end the same, another row may not. */
const ROW_FAULTS = new Set([400, 413, 415, 422]);

const replySchema = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string().nullable() }) })).min(1),
});

export function endpointTeacher(options: EndpointOptions, sampling: TeacherSampling): Teacher {
  const address = `${options.address.replace(/\/+$/, "")}/chat/completions`;
  if (!/^https?:\/\//.test(address)) {
    throw new RangeError(`The endpoint ${options.address} is no http address: write it as http://HOST:PORT/v1.`);
  }
  return {
    identity: `${options.model} at ${options.address}, video as ${options.videoAs}`,
    answer: (batch, signal) =>
      Promise.all(
        batch.map(async (loaded) => ask(address, options, await requestOf(loaded, options, sampling), signal)),
      ),
    dispose: () => undefined,
  };
}

async function requestOf(
  loaded: LoadedSample,
  options: EndpointOptions,
  { samples, temperature, topP, maxTokens, seed }: TeacherSampling,
): Promise<object> {
  const { template, model } = options;
  const content = [...(await mediaParts(loaded, options)), { type: "text", text: userText(loaded.sample, template) }];
  const system = template.system ? [{ role: "system", content: template.system }] : [];
  return {
    model,
    messages: [...system, { role: "user", content }],
    n: samples,
    temperature,
    top_p: topP,
    max_tokens: maxTokens,
    seed: seedOf("annotation", seed, loaded.sample.id),
  };
}

async function mediaParts({ sample, clip }: LoadedSample, options: EndpointOptions): Promise<object[]> {
  if (clip.kind === "video" && options.videoAs === "video") {
    const bytes = await readFile(await mediaPath(options.mediaRoot, sample));
    return [{ type: "video_url", video_url: { url: `data:video/mp4;base64,${bytes.toString("base64")}` } }];
  }
  return Promise.all(
    clip.frames.map(async ({ hash }) => {
      const png = await readFile(options.store.path(hash));
      return { type: "image_url", image_url: { url: `data:image/png;base64,${png.toString("base64")}` } };
    }),
  );
}

/** An Error as the result where this row is refused. @throws when the endpoint fails for good. */
async function ask(
  address: string,
  { key, retryMs = RETRY_MS }: EndpointOptions,
  request: object,
  signal: AbortSignal,
): Promise<readonly string[] | Error> {
  for (let tries = 0; ; tries++) {
    let problem: string;
    try {
      const response = await fetch(address, {
        method: "POST",
        headers: { "content-type": "application/json", ...(key ? { authorization: `Bearer ${key}` } : {}) },
        body: JSON.stringify(request),
        signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]),
      });
      const text = await response.text();
      if (response.ok) return contentsOf(text);
      problem = `it answered ${response.status}: ${text.slice(0, 200)}`;
      if (ROW_FAULTS.has(response.status)) return new Error(`The endpoint refused the row: ${problem}`);
      if (response.status < 500 && response.status !== 429 && response.status !== 408) {
        throw new Error(`The endpoint ${address} cannot be used: ${problem}. Check its address, model and key.`);
      }
    } catch (error) {
      if (signal.aborted || (error as Error).message.startsWith("The endpoint")) throw error;
      const cause = (error as { cause?: { code?: string } }).cause?.code;
      problem = cause ?? (error as Error).message;
    }
    const wait = retryMs[tries];
    if (wait === undefined) {
      throw new Error(
        `The endpoint ${address} does not answer (${problem}). The same command goes on once it does again.`,
      );
    }
    await delay(wait, undefined, { signal });
  }
}

function contentsOf(text: string): string[] {
  const unknown = (): Error => new Error(`The endpoint gave no chat completion but: ${text.slice(0, 200)}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw unknown();
  }
  const reply = replySchema.safeParse(value);
  if (!reply.success) throw unknown();
  return reply.data.choices.map(({ message }) => message.content ?? "");
}
