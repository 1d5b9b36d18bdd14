/** Exact frames of a video or picture as RGB, in one sequential pass: which ones is chosen once the clip's length is known. */
import { containerOf, type Demuxer } from "./container.ts";
import { MediaError } from "./errors.ts";
import { DEFAULT_LIMITS, findFfmpeg, runFfmpeg, type FfmpegLimits, type FfmpegResult } from "./ffmpeg.ts";

/** Of one picture: a file of a few bytes can claim any size, and ffmpeg would take the memory for it. */
const MAX_PIXELS = String(2 ** 26);

/** What is known of a clip after its first pass. */
export interface ClipInfo {
  readonly width: number;
  readonly height: number;
  readonly frameCount: number;
  /** Average over the clip; 0 for a single picture. */
  readonly framesPerSecond: number;
  /** Presentation time of each frame, seconds, the first at the stream's start. */
  readonly ptsSec: readonly number[];
}

export interface DecodedFrame {
  /** In presentation order, from 0. */
  readonly index: number;
  readonly ptsSec: number;
  /** `[height, width, 3]`, uint8. */
  readonly rgb: Uint8Array;
}

export interface DecodedClip extends ClipInfo {
  readonly frames: readonly DecodedFrame[];
}

export interface DecodeOptions {
  readonly limits?: Partial<FfmpegLimits>;
  /** Clips whose frames all fit are decoded once and picked from in memory; larger ones are first counted. */
  readonly onePassBytes?: number;
  readonly signal?: AbortSignal;
}

/**
 * Decodes the frames that `choose` names (indexes in presentation order; repeats are allowed).
 * @throws MediaError for everything that is wrong with the file; nothing but the file itself is read.
 */
export async function decodeFrames(
  path: string,
  choose: (info: ClipInfo) => readonly number[],
  options: DecodeOptions = {},
): Promise<DecodedClip> {
  const demuxer = await containerOf(path);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const onePassBytes = Math.min(options.onePassBytes ?? 48 * 2 ** 20, limits.outputBytes);
  const whole = await run(path, demuxer, "showinfo", { ...limits, outputBytes: onePassBytes }, options.signal);
  if (whole.exceeded !== "output") {
    const info = clipInfo(path, whole);
    const wanted = checked(path, info, choose(info));
    return { ...info, frames: cut(path, info, whole.output, wanted, (index) => index) };
  }
  const counted = await run(path, demuxer, "showinfo", limits, options.signal, "null");
  const info = clipInfo(path, counted);
  const wanted = checked(path, info, choose(info));
  const distinct = [...new Set(wanted)].sort((a, b) => a - b);
  const select = `select='${distinct.map((index) => `eq(n,${index})`).join("+")}',showinfo`;
  const picked = await run(path, demuxer, select, limits, options.signal);
  failOnMessages(path, picked);
  const rank = new Map(distinct.map((index, position) => [index, position]));
  return { ...info, frames: cut(path, info, picked.output, wanted, (index) => rank.get(index)!) };
}

/**
 * Decodes a file to its end and keeps no picture: whether it can be decoded, and what it holds.
 * @throws MediaError for everything that is wrong with it.
 */
export async function inspectClip(path: string, options: DecodeOptions = {}): Promise<ClipInfo> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  return clipInfo(path, await run(path, await containerOf(path), "showinfo", limits, options.signal, "null"));
}

function run(
  path: string,
  demuxer: Demuxer,
  filter: string,
  limits: FfmpegLimits,
  signal: AbortSignal | undefined,
  sink: "rgb" | "null" = "rgb",
): Promise<FfmpegResult> {
  const convert = `scale=flags=bicubic+accurate_rnd+full_chroma_int+bitexact,format=rgb24`;
  const output =
    sink === "rgb"
      ? ["-vf", `${filter},${convert}`, "-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"]
      : ["-vf", filter, "-f", "null", "-"];
  const input = [
    "-threads",
    "1",
    "-max_pixels",
    MAX_PIXELS,
    "-format_whitelist",
    demuxer,
    "-protocol_whitelist",
    "file,pipe",
    "-f",
    demuxer,
  ];
  const before = [
    "-nostdin",
    "-hide_banner",
    "-loglevel",
    "info",
    "-nostats",
    "-xerror",
    ...input,
    "-i",
    `file:${path}`,
  ];
  const args = [...before, "-map", "0:v:0", "-an", "-sn", "-dn", ...findFfmpeg().passThrough, ...output];
  return runFfmpeg(path, args, limits, signal);
}

const FRAME = /\bn: *(\d+) +pts: *(-?\d+) .*? s:(\d+)x(\d+) /;

/** Frame count, size and times as the showinfo filter printed them. */
function clipInfo(path: string, result: FfmpegResult): ClipInfo {
  failOnMessages(path, result);
  const timeBase = /config in time_base: *(\d+)\/(\d+)/.exec(result.messages);
  const ptsSec: number[] = [];
  let width = 0;
  let height = 0;
  for (const line of result.messages.split("\n")) {
    if (!line.includes("showinfo")) continue;
    const match = FRAME.exec(line);
    if (match === null) continue;
    if (ptsSec.length > 0 && (Number(match[3]) !== width || Number(match[4]) !== height)) {
      const reason = `the picture changes its size from ${width}x${height} to ${match[3]}x${match[4]}`;
      throw broken(path, `frame ${ptsSec.length}`, reason, "Re-encode it with one size.");
    }
    [width, height] = [Number(match[3]), Number(match[4])];
    ptsSec.push((Number(match[2]) * Number(timeBase?.[1] ?? 0)) / Number(timeBase?.[2] ?? 1));
  }
  if (ptsSec.length === 0) throw broken(path, "video stream", "it holds no picture that can be decoded");
  const durationSec = ptsSec.at(-1)! - ptsSec[0]!;
  const framesPerSecond = durationSec > 0 ? (ptsSec.length - 1) / durationSec : 0;
  return { width, height, frameCount: ptsSec.length, framesPerSecond, ptsSec };
}

function failOnMessages(path: string, result: FfmpegResult): void {
  if (result.exceeded !== null) {
    const what = result.exceeded === "time" ? "decoding takes too long" : "its decoded pictures are too many bytes";
    throw broken(path, "decoder", what, "Cut it into shorter clips or scale it down.");
  }
  // Some versions end well in spite of damage and only say so.
  const damage =
    /(picture size \d+x\d+ is invalid|partial file|corrupt (?:input|decoded) .*|moov atom not found|Invalid data found.*|error while decoding.*)/i;
  const said = damage.exec(result.messages);
  if (result.exitCode === 0 && said === null) return;
  const frames = result.messages.match(/Parsed_showinfo.* n: *\d+/g)?.length ?? 0;
  const place = frames > 0 ? `after frame ${frames - 1}` : "container";
  throw broken(path, place, `ffmpeg cannot decode it to the end (${said?.[1] ?? lastSentence(result.messages)})`);
}

function lastSentence(messages: string): string {
  const lines = messages.split("\n").filter((line) => line.trim() !== "" && !line.includes("Conversion failed"));
  return (
    lines
      .at(-1)
      ?.replace(/^\[[^\]]*\] */, "")
      .slice(0, 200) ?? "it said nothing"
  );
}

function checked(path: string, info: ClipInfo, wanted: readonly number[]): readonly number[] {
  const wrong = wanted.find((index) => !Number.isInteger(index) || index < 0 || index >= info.frameCount);
  if (wrong !== undefined) throw new RangeError(`Frame ${wrong} of ${path} was asked for; it has ${info.frameCount}.`);
  return wanted;
}

function cut(
  path: string,
  info: ClipInfo,
  output: Buffer,
  wanted: readonly number[],
  positionOf: (index: number) => number,
): DecodedFrame[] {
  const frameBytes = info.width * info.height * 3;
  if (output.length % frameBytes !== 0 || output.length === 0) {
    throw broken(path, "decoder", `ffmpeg gave ${output.length} bytes, no whole number of frames`);
  }
  return wanted.map((index) => {
    const start = positionOf(index) * frameBytes;
    return { index, ptsSec: info.ptsSec[index]!, rgb: new Uint8Array(output.subarray(start, start + frameBytes)) };
  });
}

function broken(path: string, place: string, reason: string, remedy?: string): MediaError {
  const fallback = "Copy or download the file again; if it is the same, re-encode it or take its rows out.";
  return new MediaError({ file: path, place, reason, remedy: remedy ?? fallback });
}
