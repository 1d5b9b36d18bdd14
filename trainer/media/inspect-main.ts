/**
 * `node trainer/media/inspect-main.ts MEDIA_ROOT`: decodes each file that a line of its input names
 * (`{"id":1,"path":"clips/1.mp4","isVideo":1}`) whole, and answers with a line: size, length, content hash, or what is wrong.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { mediaPath } from "../data/samples.ts";
import { inspectClip } from "./decode.ts";
import { MediaError } from "./errors.ts";

interface Question {
  readonly id: number;
  readonly path: string;
  readonly isVideo: number;
}

/** By the numbers of the dataset's table of media. */
const STATE = { missing: 1, decodable: 2, undecodable: 3 } as const;

const NOTHING = { bytes: null, hash: null, width: null, height: null, duration: null, fps: null, frames: null };

async function inspect(mediaRoot: string, { id, path, isVideo }: Question): Promise<object> {
  let real: string;
  try {
    real = await mediaPath(mediaRoot, { id: path, path });
  } catch (error) {
    return { id, state: STATE.missing, ...NOTHING, ...wordsOf(error) };
  }
  const bytes = (await stat(real)).size;
  try {
    const { width, height, frameCount: frames, framesPerSecond: fps, ptsSec } = await inspectClip(real);
    if (isVideo === 1 && frames < 2) {
      const remedy = "Take its rows out, or mark them as pictures.";
      throw new MediaError({ file: real, place: "video stream", reason: "it is a video of one frame", remedy });
    }
    // The last frame is shown as long as the others.
    const duration = isVideo === 1 ? ptsSec.at(-1)! - ptsSec[0]! + (fps > 0 ? 1 / fps : 0) : null;
    const hash = await contentHash(real);
    return {
      id,
      state: STATE.decodable,
      bytes,
      hash,
      width,
      height,
      duration,
      fps,
      frames,
      reason: null,
      remedy: null,
    };
  } catch (error) {
    return { id, state: STATE.undecodable, ...NOTHING, bytes, ...wordsOf(error) };
  }
}

function wordsOf(error: unknown): { reason: string; remedy: string } {
  if (error instanceof MediaError) return { reason: `${error.place}: ${error.reason}`, remedy: error.remedy };
  return { reason: (error as Error).message, remedy: "Copy or download the file again." };
}

/** sha256 of the file: the name that rollouts know the clip by. */
async function contentHash(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

const root = process.argv[2];
if (root === undefined) {
  console.error("Usage: node trainer/media/inspect-main.ts MEDIA_ROOT");
  process.exit(2);
}
// Whoever asked is gone.
process.stdout.on("error", () => process.exit(0));
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await inspect(root, JSON.parse(line) as Question))}\n`);
}
