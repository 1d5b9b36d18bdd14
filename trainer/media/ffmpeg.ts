/** Runs ffmpeg as a child with limits on time, memory and output: videos are untrusted input. */
import { execFileSync, spawn } from "node:child_process";
import { createRequire } from "node:module";
import { MediaError } from "./errors.ts";

export interface FfmpegProgram {
  readonly path: string;
  /** Frames pass with their own times, none repeated or dropped: the option's name changed with version 5.1. */
  readonly passThrough: readonly [string, string];
}

export interface FfmpegLimits {
  readonly wallSec: number;
  readonly processorSec: number;
  /** Address space. */
  readonly memoryBytes: number;
  readonly outputBytes: number;
}

export const DEFAULT_LIMITS: FfmpegLimits = {
  wallSec: 120,
  processorSec: 240,
  memoryBytes: 4 * 2 ** 30,
  outputBytes: 1 * 2 ** 30,
};

export interface FfmpegResult {
  readonly exitCode: number | null;
  readonly output: Buffer;
  readonly messages: string;
  /** The limit that ended it, if one did. */
  readonly exceeded: "output" | "time" | null;
}

let found: FfmpegProgram | undefined;

/** The system's ffmpeg, else the one from npm. @throws Error with the remedy when there is neither. */
export function findFfmpeg(): FfmpegProgram {
  return (found ??= locate());
}

function locate(): FfmpegProgram {
  const candidates = [process.env["SECONDLOOK_FFMPEG"], "ffmpeg", fromNpm()].filter((path) => path !== undefined);
  for (const path of candidates) {
    try {
      const banner = execFileSync(path, ["-version"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
      const release = /version n?(\d+)\.(\d+)/.exec(banner);
      const isNew = release !== null && Number(release[1]) * 100 + Number(release[2]) >= 501;
      return { path, passThrough: isNew ? ["-fps_mode", "passthrough"] : ["-vsync", "0"] };
    } catch {
      continue;
    }
  }
  throw new Error(
    'No ffmpeg was found: neither on the PATH nor from the package @ffmpeg-installer/ffmpeg. Run "npm ci", or install ffmpeg.',
  );
}

function fromNpm(): string | undefined {
  try {
    return (createRequire(import.meta.url)("@ffmpeg-installer/ffmpeg") as { path: string }).path;
  } catch {
    return undefined;
  }
}

/**
 * Runs it to the end, or to a limit, and hands over what it wrote. `file` is only named in errors.
 * @throws MediaError when it cannot be started.
 */
export function runFfmpeg(
  file: string,
  args: readonly string[],
  limits: FfmpegLimits,
  signal?: AbortSignal,
): Promise<FfmpegResult> {
  // The shell sets the limits for itself and then becomes ffmpeg. Arguments are passed, never pasted.
  const script = 'ulimit -v "$1" 2>/dev/null; ulimit -t "$2" 2>/dev/null; shift 2; exec "$@"';
  const kilobytes = String(Math.floor(limits.memoryBytes / 1024));
  const command = ["-c", script, "sh", kilobytes, String(limits.processorSec), findFfmpeg().path, ...args];
  return new Promise((resolve, reject) => {
    const child = spawn("/bin/sh", command, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { PATH: process.env["PATH"] ?? "", AV_LOG_FORCE_NOCOLOR: "1" },
      ...(signal ? { signal } : {}),
    });
    const chunks: Buffer[] = [];
    let bytes = 0;
    let messages = "";
    let exceeded: "output" | "time" | null = null;
    const end = (why: "output" | "time"): void => {
      exceeded ??= why;
      child.kill("SIGKILL");
    };
    const timer = setTimeout(() => end("time"), limits.wallSec * 1000);
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limits.outputBytes) end("output");
      else chunks.push(chunk);
    });
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      messages += chunk;
      if (messages.length > 64 * 2 ** 20) end("output");
    });
    child.on("error", (error) => {
      clearTimeout(timer);
      if (signal?.aborted) reject(error);
      else {
        const reason = `ffmpeg could not be started (${error.message})`;
        reject(
          new MediaError({ file, place: "decoder", reason, remedy: 'Run "secondlook doctor" to see what is missing.' }),
        );
      }
    });
    child.on("close", (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode, output: Buffer.concat(chunks), messages, exceeded });
    });
  });
}
