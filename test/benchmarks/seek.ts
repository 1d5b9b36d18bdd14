/** From a click on a model frame to that frame of the video on screen, and whether it is that frame. */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Page } from "playwright-core";
import { DATA_FOLDER } from "../../contract/run-folder.ts";
import { encodePng } from "../../workbench/testing/png.ts";
import { ANSWER_STEP, writeOneAnswer } from "./one-answer.ts";
import { print, timed, type Cpu, type Time } from "./painted.ts";

const SECONDS = 20;
const FRAMES_PER_SECOND = 25;
const [WIDTH, HEIGHT] = [640, 360];
/** A key frame every two seconds, as videos of the web have them. */
const KEY_FRAMES = 50;
const MODEL_FRAMES = 16;
/** Each frame carries its number as black and white squares along its upper edge. */
const BITS = 9;
const SQUARE = 40;

function drawFrame(frame: number): Buffer {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const at = 3 * (y * WIDTH + x);
      const bit = Math.floor(x / SQUARE);
      if (y < SQUARE && bit < BITS) pixels.fill((frame >> bit) & 1 ? 235 : 16, at, at + 3);
      else {
        pixels[at] = (x + 3 * frame) & 255;
        pixels[at + 1] = (y + frame) & 255;
        pixels[at + 2] = (x * y + 7 * frame) & 127;
      }
    }
  }
  return pixels;
}

/** A video whose frames can be told apart, and a run in which a model saw sixteen of them. */
export function writeClip(data: string): void {
  const folder = join(data, "synthetic-media");
  mkdirSync(folder, { recursive: true });
  const count = SECONDS * FRAMES_PER_SECOND;
  const input = `-f rawvideo -pix_fmt rgb24 -s ${WIDTH}x${HEIGHT} -r ${FRAMES_PER_SECOND} -i pipe:0`;
  const output = `-c:v libx264 -preset veryfast -g ${KEY_FRAMES} -pix_fmt yuv420p -movflags +faststart`;
  const frames = Array.from({ length: count }, (_, frame) => drawFrame(frame));
  const path = "numbered.mp4";
  const args = ["-v", "error", "-y", ...input.split(" "), ...output.split(" "), join(folder, path)];
  const { status, stderr } = spawnSync("ffmpeg", args, { input: Buffer.concat(frames) });
  if (status !== 0) throw new Error(`ffmpeg made no video: ${String(stderr)}`);
  const chosen = Array.from({ length: MODEL_FRAMES }, (_, index) => Math.floor(((index + 0.5) * count) / MODEL_FRAMES));
  writeOneAnswer(data, "clip", {
    ids: Array.from({ length: 200 }, (_, index) => 300 + index),
    text: "",
    media: {
      kind: "video",
      path,
      contentHash: "numbered",
      width: WIDTH,
      height: HEIGHT,
      secondsPerGrid: (2 * SECONDS) / MODEL_FRAMES,
      permutation: null,
      tokenSpans: chosen.map((_, index) => [index * 50, index * 50 + 50]),
      frames: chosen.map((index) => {
        const hash = createHash("sha256").update(frames[index]!).digest("hex");
        const file = join(data, DATA_FOLDER.frames, hash.slice(0, 2), `${hash}.png`);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, encodePng(frames[index]!, WIDTH, HEIGHT));
        return { hash, index, ptsSec: index / FRAMES_PER_SECOND };
      }),
    },
  });
}

/** Clicks frames far from each other; after each the video's own pixels say which frame it shows. */
export async function measureSeek(page: Page, cpu: Cpu, repeats: number): Promise<void> {
  await page.evaluate((hash) => (location.hash = hash), `#/runs/clip/rollouts?step=${ANSWER_STEP}`);
  await page.waitForFunction(() => (document.querySelector("video")?.readyState ?? 0) >= 3);
  await page.waitForTimeout(1000);
  const times: Time[] = [];
  let wrong = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const place = (repeat * 7 + 5) % MODEL_FRAMES;
    let off = 0;
    times.push(
      await timed(cpu, async () => {
        const seen = await page.evaluate(seekTo, { place, bits: BITS, square: SQUARE });
        off = Math.abs(seen.shown - seen.wanted);
        return seen.wallMs;
      }),
    );
    if (off > 0) wrong++;
  }
  print(`from a click on a frame to that frame of the video`, times, "p50 < 100, p95 < 250 ms");
  console.log(`frames marked in the strip that are not the video's: ${wrong} of ${repeats}`.padEnd(60) + "   bar: 0");
}

async function seekTo({ place, bits, square }: { place: number; bits: number; square: number }) {
  const video = document.querySelector("video")!;
  const frames = [...document.querySelectorAll<HTMLElement>('[data-kind="ordered"] li')];
  const start = performance.now();
  const presented = new Promise((resolve) => video.requestVideoFrameCallback(resolve));
  frames[place]!.querySelector("button")!.click();
  await presented;
  await window.painted(() => frames[place]!.dataset["playing"] === "true");
  const wallMs = performance.now() - start;
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [video.videoWidth, video.videoHeight];
  const drawing = canvas.getContext("2d")!;
  drawing.drawImage(video, 0, 0);
  const shown = Array.from({ length: bits }, (_, bit) =>
    drawing.getImageData(bit * square + square / 2, square / 2, 1, 1).data[0]! > 128 ? 1 << bit : 0,
  ).reduce((sum, value) => sum + value, 0);
  const wanted = Number(/Frame (\d+) at/.exec(frames[place]!.querySelector("img")!.alt)![1]);
  return { wallMs, shown, wanted };
}
