/**
 * Samples' clips, ready for the engine: decoded, sampled and resized by the run's rules, each frame kept in the frame
 * store. A clip is decoded once per content and settings; later epochs and runs read its frames from the store.
 */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { FrameRef } from "../../contract/journal.ts";
import type { Engine } from "../../native/types.ts";
import { sampleFrames } from "../../science/frame-sampling.ts";
import type { Sample } from "../../science/records.ts";
import type { VisionSettings } from "../../science/settings.ts";
import { clipFrameSize, smartResize, VisionSizeError } from "../../science/vision.ts";
import { mediaPath } from "../data/samples.ts";
import { decodeFrames, type ClipInfo } from "./decode.ts";
import { MediaError } from "./errors.ts";
import type { FrameStore } from "./frame-store.ts";

/** What the model is shown of one medium, frames in order. */
export interface Clip {
  readonly kind: "image" | "video";
  /** As the row names it. */
  readonly path: string;
  /** sha256 of the file. */
  readonly contentHash: string;
  readonly width: number;
  readonly height: number;
  readonly secondsPerGrid: number;
  readonly frames: readonly FrameRef[];
  /** `[frames, height, width, 3]`, uint8. */
  readonly pixels: Uint8Array;
}

type StoredClip = Omit<Clip, "pixels" | "path">;

export interface ClipLoaderOptions {
  readonly engine: Pick<Engine, "resize">;
  readonly store: FrameStore;
  /** Folder of the descriptions of decoded clips. */
  readonly cacheFolder: string;
  readonly mediaRoot: string;
  readonly vision: VisionSettings;
  /** Pixels kept in memory; default 384 MiB. */
  readonly memoryBytes?: number;
  /** Decoders at work at once; default 2. */
  readonly parallel?: number;
}

export class ClipLoader {
  readonly #options: ClipLoaderOptions;
  readonly #clips = new Map<string, Clip>();
  readonly #loading = new Map<string, Promise<Clip>>();
  readonly #failed = new Map<string, MediaError>();
  readonly #waiting: (() => void)[] = [];
  #bytes = 0;
  #running = 0;

  constructor(options: ClipLoaderOptions) {
    this.#options = options;
  }

  /** @throws MediaError for a medium that cannot be used; the same one again without another look at the file. */
  async load(sample: Sample): Promise<Clip> {
    const key = `${sample.dataType}:${sample.path}`;
    const known = this.#clips.get(key);
    if (known !== undefined) {
      this.#clips.delete(key);
      this.#clips.set(key, known);
      return known;
    }
    const failed = this.#failed.get(key);
    if (failed !== undefined) throw failed;
    const loading = this.#loading.get(key) ?? this.#start(key, sample);
    return loading;
  }

  /** Starts loading what will soon be asked for; failures are kept for {@link load}. */
  prefetch(samples: readonly Sample[]): void {
    for (const sample of samples) this.load(sample).catch(() => undefined);
  }

  #start(key: string, sample: Sample): Promise<Clip> {
    const work = this.#inTurn(() => this.#read(sample))
      .then((clip) => this.#remember(key, clip))
      .catch((error: unknown) => {
        if (error instanceof MediaError) this.#failed.set(key, error);
        throw error;
      })
      .finally(() => this.#loading.delete(key));
    this.#loading.set(key, work);
    return work;
  }

  #remember(key: string, clip: Clip): Clip {
    this.#clips.set(key, clip);
    this.#bytes += clip.pixels.length;
    const most = this.#options.memoryBytes ?? 384 * 2 ** 20;
    for (const [oldest, old] of this.#clips) {
      if (this.#bytes <= most || oldest === key) break;
      this.#clips.delete(oldest);
      this.#bytes -= old.pixels.length;
    }
    return clip;
  }

  async #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const most = this.#options.parallel ?? 2;
    while (this.#running >= most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      return await work();
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }

  async #read(sample: Sample): Promise<Clip> {
    const path = await mediaPath(this.#options.mediaRoot, sample);
    const contentHash = await hashFile(path);
    const { vision, cacheFolder } = this.#options;
    const settings = JSON.stringify([1, sample.dataType, contentHash, Object.entries(vision).sort()]);
    const name = createHash("sha256").update(settings).digest("hex").slice(0, 40);
    const description = join(cacheFolder, name.slice(0, 2), `${name}.json`);
    const stored = await this.#fromStore(description, sample.path);
    if (stored !== null) return stored;
    const clip = await this.#decode(path, sample, contentHash);
    await writeOnce(description, JSON.stringify({ ...clip, pixels: undefined, path: undefined }));
    return clip;
  }

  /** Null when it was not decoded yet, or the store no longer has all of its frames. */
  async #fromStore(description: string, path: string): Promise<Clip | null> {
    let stored: StoredClip;
    try {
      stored = JSON.parse(await readFile(description, "utf8")) as StoredClip;
    } catch {
      return null;
    }
    const frameBytes = stored.width * stored.height * 3;
    const pixels = new Uint8Array(frameBytes * stored.frames.length);
    for (const [place, frame] of stored.frames.entries()) {
      const found = await this.#options.store.get(frame.hash);
      if (found === null) return null;
      pixels.set(found.rgb, place * frameBytes);
    }
    return { ...stored, path, pixels };
  }

  async #decode(path: string, sample: Sample, contentHash: string): Promise<Clip> {
    const { vision, engine, store } = this.#options;
    const kind = sample.dataType;
    let secondsPerGrid = vision.secondsPerGrid;
    const choose = (info: ClipInfo): readonly number[] => {
      if (kind === "image") return [0];
      // One picture shown as a video has no rate: any will do, the sample refuses it for its length.
      const sampled = sampleFrames({
        ...samplingOf(vision),
        totalFrames: info.frameCount,
        videoFps: info.framesPerSecond || 1,
      });
      if (secondsPerGrid === 0) secondsPerGrid = 2 / sampled.sampleFps;
      return sampled.indices;
    };
    try {
      const decoded = await decodeFrames(path, choose);
      const size = sizeOf(kind, decoded.frames.length, decoded, vision);
      const pixels = await resized(engine, decoded, size);
      const frameBytes = size.width * size.height * 3;
      const frames = await Promise.all(
        decoded.frames.map(async ({ index, ptsSec }, place) => {
          const rgb = pixels.subarray(place * frameBytes, (place + 1) * frameBytes);
          return { hash: await store.put(rgb, size.width, size.height), index, ptsSec };
        }),
      );
      return { kind, path: sample.path, contentHash, ...size, secondsPerGrid, frames, pixels };
    } catch (error) {
      if (!(error instanceof VisionSizeError)) throw error;
      const remedy = "Take its rows out, or change the run's video settings so that it fits.";
      throw new MediaError({ file: path, place: "frame sampling", reason: error.message, remedy });
    }
  }
}

function samplingOf(vision: VisionSettings): { fps: number; minFrames: number; maxFrames: number } {
  return { fps: vision.fps, minFrames: vision.minFrames, maxFrames: vision.maxFrames };
}

function sizeOf(
  kind: "image" | "video",
  frameCount: number,
  { width, height }: { readonly width: number; readonly height: number },
  vision: VisionSettings,
): { width: number; height: number } {
  const { minPixels, maxPixels, totalPixels } = vision;
  const size =
    kind === "image"
      ? smartResize(height, width, { minPixels, maxPixels })
      : clipFrameSize(frameCount, height, width, { minPixels, cap: maxPixels, totalPixels });
  if (size.width < 1 || size.height < 1) {
    throw new VisionSizeError(`A picture of ${width} x ${height} pixels has no side left within ${maxPixels} pixels.`);
  }
  return { width: size.width, height: size.height };
}

async function resized(
  engine: Pick<Engine, "resize">,
  decoded: { width: number; height: number; frames: readonly { rgb: Uint8Array }[] },
  size: { width: number; height: number },
): Promise<Uint8Array> {
  const { width, height } = decoded;
  const data = new Uint8Array(width * height * 3 * decoded.frames.length);
  decoded.frames.forEach((frame, place) => data.set(frame.rgb, place * width * height * 3));
  if (size.width === width && size.height === height) return data;
  return (await engine.resize({ data, count: decoded.frames.length, height, width }, size)).data;
}

const hashes = new Map<string, string>();

/** sha256 of a file, remembered as long as size and time of change stay. */
async function hashFile(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  const key = `${path}:${size}:${mtimeMs}`;
  const known = hashes.get(key);
  if (known !== undefined) return known;
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  } catch (error) {
    const reason = `the file cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`;
    throw new MediaError({
      file: path,
      place: "reading",
      reason,
      remedy: "Check that it is a file that this user may read.",
    });
  }
  const digest = hash.digest("hex");
  hashes.set(key, digest);
  return digest;
}

async function writeOnce(path: string, content: string): Promise<void> {
  await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${randomUUID()}.tmp`;
  await writeFile(temporary, content, { mode: 0o600 });
  await rename(temporary, path);
}
