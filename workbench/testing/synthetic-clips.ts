/** Clips of a coloured square that moves, for synthetic runs: frames in the frame store and, with ffmpeg, a real video file. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { FrameRef } from "../../contract/journal.ts";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { encodePng } from "./png.ts";

export const CLIP_SIZE = 112;
export const CLIP_FRAMES = 8;
export const FRAMES_PER_SECOND = 2;
const COLOURS = [
  { name: "red", rgb: [226, 74, 51] },
  { name: "green", rgb: [72, 168, 92] },
  { name: "blue", rgb: [64, 120, 216] },
  { name: "yellow", rgb: [236, 196, 64] },
] as const;
const DIRECTIONS = ["left", "right", "up", "down"] as const;

export interface SyntheticClip {
  readonly id: string;
  readonly colour: string;
  readonly direction: (typeof DIRECTIONS)[number];
  readonly path: string;
  readonly contentHash: string;
  readonly frames: readonly FrameRef[];
}

function drawFrame(clip: number, frame: number): Uint8Array {
  const colour = COLOURS[clip % COLOURS.length]!.rgb;
  const direction = clip % DIRECTIONS.length;
  const pixels = new Uint8Array(CLIP_SIZE * CLIP_SIZE * 3);
  const travel = 14 + (frame / (CLIP_FRAMES - 1)) * (CLIP_SIZE - 48);
  const along = direction === 0 || direction === 2 ? CLIP_SIZE - 20 - travel : travel;
  const across = 30 + ((clip * 17) % 40);
  const [left, top] = direction < 2 ? [along, across] : [across, along];
  for (let y = 0; y < CLIP_SIZE; y++) {
    for (let x = 0; x < CLIP_SIZE; x++) {
      const inside = x >= left && x < left + 26 && y >= top && y < top + 26;
      const background = [40 + x * 0.6, 44, 60 + y * 0.6];
      const rgb = inside ? colour : background;
      for (let channel = 0; channel < 3; channel++) pixels[(y * CLIP_SIZE + x) * 3 + channel] = rgb[channel]!;
    }
  }
  return pixels;
}

function encodeVideo(path: string, frames: readonly Uint8Array[]): boolean {
  const size = `${CLIP_SIZE}x${CLIP_SIZE}`;
  const input = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-r", String(FRAMES_PER_SECOND), "-i", "pipe:0"];
  const output = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-movflags", "+faststart", path];
  const result = spawnSync("ffmpeg", ["-v", "error", "-y", ...input, ...output], { input: Buffer.concat(frames) });
  return result.status === 0;
}

/** Makes `count` clips under `<data>/synthetic-media` and their frames in the frame store. Existing files are kept. */
export function makeSyntheticClips(dataFolder: string, count: number, videos: boolean): SyntheticClip[] {
  const folder = join(dataFolder, "synthetic-media");
  mkdirSync(folder, { recursive: true });
  return Array.from({ length: count }, (_, clip) => {
    const frames = Array.from({ length: CLIP_FRAMES }, (_, frame) => drawFrame(clip, frame));
    const name = `clip-${clip}.mp4`;
    if (videos && !existsSync(join(folder, name))) encodeVideo(join(folder, name), frames);
    return {
      id: `clip-${clip}`,
      colour: COLOURS[clip % COLOURS.length]!.name,
      direction: DIRECTIONS[clip % DIRECTIONS.length]!,
      path: name,
      contentHash: createHash("sha256").update(Buffer.concat(frames)).digest("hex"),
      frames: frames.map((pixels, index) => {
        const hash = createHash("sha256").update(pixels).digest("hex");
        const file = join(dataFolder, DATA_FOLDER.frames, hash.slice(0, 2), `${hash}.png`);
        if (!existsSync(file)) {
          mkdirSync(dirname(file), { recursive: true });
          writeFileSync(file, encodePng(pixels, CLIP_SIZE, CLIP_SIZE));
        }
        return { hash, index, ptsSec: index / FRAMES_PER_SECOND };
      }),
    };
  });
}
