/** Turns rendered clips into real H.264 files: one ffmpeg for all clips of a split, fed with raw frames. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { findFfmpeg } from "../media/ffmpeg.ts";
import { CLIP_FPS, CLIP_FRAMES, CLIP_SIZE_PX } from "./render.ts";

/** Frames of clip `index`, RGB24, `[CLIP_FRAMES, CLIP_SIZE_PX, CLIP_SIZE_PX, 3]`. */
export type ClipFrames = (index: number) => Uint8Array;

/**
 * Writes `<folder>/<name>-00000.mp4` and so on. One thread and no dates in the files: the same ffmpeg makes the same bytes.
 * @throws Error with what ffmpeg said when it fails or writes another number of files.
 */
export async function encodeClips(
  folder: string,
  name: string,
  count: number,
  frames: ClipFrames,
  onProgress: (done: number) => void = () => undefined,
): Promise<string[]> {
  const work = join(folder, `.${name}.partial`);
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  const size = `${CLIP_SIZE_PX}x${CLIP_SIZE_PX}`;
  const input = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", String(CLIP_FPS), "-i", "pipe:0"];
  const codec = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-pix_fmt", "yuv420p", "-threads", "1"];
  const keys = ["-g", String(CLIP_FRAMES), "-keyint_min", String(CLIP_FRAMES), "-sc_threshold", "0"];
  const segments = ["-f", "segment", "-segment_time", String(CLIP_FRAMES / CLIP_FPS), "-reset_timestamps", "1"];
  const plain = ["-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact"];
  const output = [...segments, "-segment_format", "mp4", join(work, `${name}-%05d.mp4`)];
  const args = ["-v", "error", "-nostdin", ...input, ...codec, ...keys, ...plain, ...output];
  const child = spawn(findFfmpeg().path, args, { stdio: ["pipe", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString("utf8")));
  child.stdin.on("error", () => undefined);
  const closed = once(child, "close") as Promise<[number | null]>;
  for (let index = 0; index < count && child.exitCode === null; index++) {
    if (!child.stdin.write(frames(index))) await Promise.race([once(child.stdin, "drain"), closed]);
    onProgress(index + 1);
  }
  child.stdin.end();
  const [code] = await closed;
  const files = (await readdir(work)).sort();
  if (code !== 0 || files.length !== count) {
    throw new Error(
      `ffmpeg wrote ${files.length} of ${count} clips of "${name}" (exit ${code}): ${said.trim() || "no message"}. ` +
        "Check that it has the libx264 encoder, or take the one from npm by SECONDLOOK_FFMPEG.",
    );
  }
  for (const file of files) await rename(join(work, file), join(folder, file));
  await rm(work, { recursive: true, force: true });
  return files;
}
