/** `POST /v1/chat/completions` as OpenAI describes it: what of it is understood, and its media as files. */
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join, sep } from "node:path";
import { z } from "zod";
import { DATA_FOLDER } from "../../../contract/run-folder.ts";
import type { Medium, SessionInput } from "../../../contract/session.ts";
import { findDataset } from "../../library/datasets.ts";
import { isUnderMediaRoot } from "../../library/media-roots.ts";
import { askableModels, askedAs, mediumAt, protocolOf } from "../../session/settings.ts";
import { samplePackData } from "../../runs/new-run.ts";
import type { Db } from "../../store/databases.ts";

/** Answered in OpenAI's form. */
export class ApiError extends Error {
  readonly status: number;
  readonly param: string | null;
  readonly code: string | null;
  constructor(status: number, message: string, param: string | null = null, code: string | null = null) {
    super(message);
    this.status = status;
    this.param = param;
    this.code = code;
  }
}

const url = z.object({ url: z.string() });
const part = z.discriminatedUnion("type", [
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("image_url"), image_url: url }),
  z.object({ type: z.literal("video_url"), video_url: url }),
]);

const bodySchema = z.object({
  model: z.string().default("default"),
  messages: z
    .array(z.object({ role: z.enum(["system", "user", "assistant"]), content: z.union([z.string(), z.array(part)]) }))
    .min(1)
    .max(200),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  logprobs: z.boolean().nullish(),
  max_tokens: z.number().int().min(1).max(16_384).nullish(),
  max_completion_tokens: z.number().int().min(1).max(16_384).nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  n: z.number().int().min(1).max(16).nullish(),
  seed: z.number().int().min(0).nullish(),
  stop: z.union([z.string(), z.array(z.string()).max(4)]).nullish(),
});

export interface ApiRequest {
  readonly id: string;
  /** As it was asked for. */
  readonly model: string;
  readonly chat: SessionInput<"chat">;
  readonly stream: boolean;
  readonly logprobs: boolean;
  readonly withUsage: boolean;
  /** Removes the files that came inside the request. */
  dispose(): void;
}

/** Names of the models: `RUN/CHECKPOINT`, `base`, and `default` for the newest. */
export function apiModels(data: string): { readonly id: string; readonly directory: string }[] {
  return askableModels(data).map(({ directory, run }) => {
    const checkpoint = directory.split(sep).at(-2);
    return { id: run === null ? "base" : `${run}/${checkpoint}`, directory };
  });
}

/** @throws ApiError */
export function readRequest(data: string, user: Db, body: unknown): ApiRequest {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw new ApiError(400, `${issue.path.join(".") || "body"}: ${issue.message}.`, issue.path.join("."));
  }
  const { model, messages, stream, logprobs, temperature, top_p, n, seed, stop, ...rest } = parsed.data;
  const models = apiModels(data);
  const directory = (model === "default" ? models[0] : models.find(({ id }) => id === model))?.directory;
  if (directory === undefined) {
    throw new ApiError(404, `There is no model "${model}"; GET /v1/models lists them.`, "model", "model_not_found");
  }
  const uploads = new Uploads(data, user);
  try {
    const turns = messages.map(({ role, content }) => ({
      role,
      content: typeof content === "string" ? content : content.map((one) => uploads.part(one)),
    }));
    const protocol = protocolOf(directory);
    const { vision } = askedAs(directory);
    const sampling = {
      temperature: temperature ?? protocol.temperature,
      topP: top_p ?? 1,
      maxTokens: rest.max_completion_tokens ?? rest.max_tokens ?? protocol.maxTokens,
      seed: seed ?? Math.floor(Math.random() * 2 ** 31),
    };
    const stops = (typeof stop === "string" ? [stop] : (stop ?? [])).filter((one) => one !== "");
    return {
      id: `chatcmpl-${randomUUID()}`,
      model,
      chat: { model: directory, messages: turns, media: uploads.media, vision, sampling, n: n ?? 1, stop: stops },
      stream: stream === true,
      logprobs: logprobs === true,
      withUsage: rest.stream_options?.include_usage === true,
      dispose: () => uploads.remove(),
    };
  } catch (error) {
    uploads.remove();
    throw error;
  }
}

const EXTENSIONS: Readonly<Record<string, string>> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/webp": "webp",
  "video/mp4": "mp4",
  "video/webm": "webm",
  "video/quicktime": "mov",
  "video/x-matroska": "mkv",
};

class Uploads {
  readonly media: Medium[] = [];
  readonly #data: string;
  readonly #user: Db;
  readonly #files: string[] = [];

  constructor(data: string, user: Db) {
    this.#data = data;
    this.#user = user;
  }

  part(one: z.infer<typeof part>): { type: "text"; text: string } | { type: "image" | "video" } {
    if (one.type === "text") return one;
    const kind = one.type === "image_url" ? "image" : "video";
    const address = one.type === "image_url" ? one.image_url.url : one.video_url.url;
    this.media.push({ path: address.startsWith("data:") ? this.#written(address, kind) : this.#known(address), kind });
    return { type: kind };
  }

  remove(): void {
    for (const file of this.#files) rmSync(file, { force: true });
  }

  #written(address: string, kind: "image" | "video"): string {
    const match = /^data:([\w.+-]+\/[\w.+-]+);base64,/.exec(address);
    const extension = EXTENSIONS[match?.[1] ?? ""];
    if (match === null || extension === undefined || !match[1]!.startsWith(`${kind}/`)) {
      throw new ApiError(
        400,
        `The data: URL of a ${kind} must be base64 and one of ${Object.keys(EXTENSIONS).join(", ")}.`,
        "messages",
      );
    }
    const bytes = Buffer.from(address.slice(match[0].length), "base64");
    const folder = join(this.#data, "uploads");
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const name = createHash("sha256").update(bytes).digest("hex").slice(0, 24);
    const file = join(folder, `${name}-${randomUUID().slice(0, 8)}.${extension}`);
    writeFileSync(file, bytes, { mode: 0o600 });
    this.#files.push(file);
    return file;
  }

  /** `secondlook://DATASET/PATH`: a file under the media root of an imported dataset, or of `sample-pack`. */
  #known(address: string): string {
    const match = /^secondlook:\/\/([^/]+)\/(.+)$/.exec(address);
    if (match === null) {
      const message =
        "Media are data: URLs, or secondlook://DATASET/PATH for files of an imported dataset. Nothing is fetched from elsewhere.";
      throw new ApiError(400, message, "messages", "invalid_media_url");
    }
    try {
      const [, dataset, path] = match.map(decodeURIComponent);
      const isPack = dataset === DATA_FOLDER.samplePack;
      const root = realpathSync(
        isPack ? samplePackData(this.#data).mediaRoot : findDataset(this.#user, dataset!).mediaRoot,
      );
      const real = realpathSync(mediumAt(join(root, path!)).path);
      if (real.startsWith(join(root, sep)) && isUnderMediaRoot(this.#data, this.#user, real)) return real;
    } catch (error) {
      throw new ApiError(404, (error as Error).message, "messages", "media_not_found");
    }
    throw new ApiError(404, `${address} leads out of its media root.`, "messages", "media_not_found");
  }
}
