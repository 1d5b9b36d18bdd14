/**
 * Media for the page: opaque, signed, short-lived addresses for frames of the frame store and for source videos, with
 * byte ranges. A path reaches the page only inside a signature that this service made.
 */
import { createReadStream, realpathSync, statSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, sep } from "node:path";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { hmac, sameSecret } from "./token.ts";

/** Addresses change once in this time, so that the browser's cache works within it. */
const LIFETIME_MS = 60 * 60 * 1000;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".mp4": "video/mp4",
  ".m4v": "video/mp4",
  ".mov": "video/quicktime",
  ".webm": "video/webm",
  ".mkv": "video/x-matroska",
  ".avi": "video/x-msvideo",
};

type Target = { readonly kind: "frame"; readonly hash: string } | { readonly kind: "file"; readonly path: string };

export class MediaSigner {
  readonly #token: string;
  readonly #data: string;
  readonly #isOpen: (real: string) => boolean;

  /** @param isOpen whether a file, its links followed, lies where media may be shown from; default: the data folder. */
  constructor(token: string, data: string, isOpen?: (real: string) => boolean) {
    this.#token = token;
    this.#data = data;
    this.#isOpen = isOpen ?? ((real) => real.startsWith(join(realpathSync(data), sep)));
  }

  frame(hash: string): string {
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new RangeError(`"${hash}" is not a frame's hash.`);
    return this.#sign({ kind: "frame", hash });
  }

  /**
   * A file that a journal names, if it really lies (links followed) under the root that the run was given and where
   * somebody let media be shown from; else null.
   */
  file(path: string, root: string): string | null {
    try {
      const real = realpathSync(path);
      const isInside = real.startsWith(join(realpathSync(root), sep));
      return isInside && this.#isOpen(real) && statSync(real).isFile()
        ? this.#sign({ kind: "file", path: real })
        : null;
    } catch {
      return null;
    }
  }

  #sign(target: Target): string {
    const expires = (Math.floor(Date.now() / LIFETIME_MS) + 2) * LIFETIME_MS;
    const body = Buffer.from(JSON.stringify({ ...target, expires })).toString("base64url");
    return `/media/${body}.${hmac(this.#token, `media:${body}`)}`;
  }

  /** Answers `/media/…`: 200 or 206 with ranges, 403 for a wrong or old signature, 404 for a file that is gone. */
  answer(request: IncomingMessage, response: ServerResponse): void {
    const name = (request.url ?? "").slice("/media/".length);
    const [body, signature] = name.split(".");
    if (!body || !signature || !sameSecret(signature, hmac(this.#token, `media:${body}`))) return end(response, 403);
    const target = JSON.parse(Buffer.from(body, "base64url").toString("utf8")) as Target & { expires: number };
    if (target.expires < Date.now()) return end(response, 403);
    const path =
      target.kind === "frame"
        ? join(this.#data, DATA_FOLDER.frames, target.hash.slice(0, 2), `${target.hash}.png`)
        : target.path;
    sendFile(request, response, path);
  }
}

const end = (response: ServerResponse, status: number): void => {
  response.writeHead(status, { "content-length": 0 });
  response.end();
};

/** First and last byte of `bytes=a-b`, `bytes=a-` or `bytes=-n`; null for none; "bad" where it cannot be satisfied. */
export function parseRange(header: string | undefined, size: number): readonly [number, number] | "bad" | null {
  if (header === undefined) return null;
  const match = /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match || (match[1] === "" && match[2] === "")) return null;
  if (match[1] === "") {
    const length = Math.min(Number(match[2]), size);
    return length === 0 ? "bad" : [size - length, size - 1];
  }
  const first = Number(match[1]);
  const last = match[2] === "" ? size - 1 : Math.min(Number(match[2]), size - 1);
  return first > last || first >= size ? "bad" : [first, last];
}

export function sendFile(request: IncomingMessage, response: ServerResponse, path: string): void {
  const type = CONTENT_TYPES[extname(path).toLowerCase()];
  let size: number;
  try {
    const stat = statSync(path);
    // The path was signed with its links followed: one that came since leads somewhere else.
    if (!stat.isFile() || type === undefined || realpathSync(path) !== path) return end(response, 404);
    size = stat.size;
  } catch {
    return end(response, 404);
  }
  const range = parseRange(request.headers.range, size);
  if (range === "bad") {
    response.writeHead(416, { "content-range": `bytes */${size}`, "content-length": 0 });
    response.end();
    return;
  }
  const [first, last] = range ?? [0, size - 1];
  response.writeHead(range ? 206 : 200, {
    "content-type": type,
    "content-length": Math.max(0, last - first + 1),
    "accept-ranges": "bytes",
    "cache-control": "private, max-age=3600, immutable",
    "access-control-allow-origin": request.headers.origin ?? "null",
    ...(range ? { "content-range": `bytes ${first}-${last}/${size}` } : {}),
  });
  if (request.method === "HEAD" || size === 0) {
    response.end();
    return;
  }
  const stream = createReadStream(path, { start: first, end: last });
  stream.on("error", () => response.destroy());
  response.on("close", () => stream.destroy());
  stream.pipe(response);
}
