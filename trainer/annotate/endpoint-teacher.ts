/**
 * An OpenAI-compatible chat endpoint as the teacher. The frames that our own models would be shown go along as PNG in
 * data: URLs, or the video file whole for endpoints that take one (vLLM's `video_url`).
 */
import { readFile } from "node:fs/promises";
import { userText, type PromptTemplate } from "../../science/prompts.ts";
import { seedOf } from "../../science/rng.ts";
import type { LoadedSample } from "../data/dataset.ts";
import { askChat, chatAddress } from "../judges/chat-endpoint.ts";
import type { FrameStore } from "../media/frame-store.ts";
import { mediaPath } from "../data/samples.ts";
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

export function endpointTeacher(options: EndpointOptions, sampling: TeacherSampling): Teacher {
  const address = chatAddress(options.address);
  return {
    identity: `${options.model} at ${options.address}, video as ${options.videoAs}`,
    answer: (batch, signal) =>
      Promise.all(
        batch.map(async (loaded) =>
          askChat({ ...options, address }, await requestOf(loaded, options, sampling), signal),
        ),
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
