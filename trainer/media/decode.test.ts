import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { decodeFrames } from "./decode.ts";
import { MediaError } from "./errors.ts";
import { findFfmpeg } from "./ffmpeg.ts";

const folder = mkdtempSync(join(tmpdir(), "secondlook-decode-"));
const clip = join(folder, "clip.mp4");
const make = (...args: string[]): void => {
  execFileSync(findFfmpeg().path, ["-hide_banner", "-loglevel", "error", "-y", ...args]);
};
const refusal = async (path: string): Promise<MediaError> => {
  const error = await decodeFrames(path, () => [0]).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(MediaError);
  return error as MediaError;
};

beforeAll(() => {
  make("-f", "lavfi", "-i", "testsrc=size=64x48:rate=8:duration=2", "-c:v", "libx264", "-pix_fmt", "yuv420p", clip);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("decodeFrames", () => {
  it("gives the chosen frames with their exact times", async () => {
    const decoded = await decodeFrames(clip, (info) => [0, 3, info.frameCount - 1]);
    expect([decoded.width, decoded.height, decoded.frameCount, decoded.framesPerSecond]).toEqual([64, 48, 16, 8]);
    expect(decoded.frames.map((frame) => frame.ptsSec)).toEqual([0, 0.375, 1.875]);
    expect(decoded.frames.every((frame) => frame.rgb.length === 64 * 48 * 3)).toBe(true);
  });

  it("gives the same pixels in one pass and in two", async () => {
    const choose = (): number[] => [15, 2, 2, 9];
    const one = await decodeFrames(clip, choose);
    const two = await decodeFrames(clip, choose, { onePassBytes: 1000 });
    expect(two).toEqual(one);
  });

  it("reads a still picture as one frame", async () => {
    const picture = join(folder, "still.png");
    make("-f", "lavfi", "-i", "testsrc=size=64x48:rate=1", "-frames:v", "1", picture);
    const decoded = await decodeFrames(picture, () => [0]);
    expect([decoded.frameCount, decoded.framesPerSecond, decoded.width]).toEqual([1, 0, 64]);
  });

  it("refuses a truncated video wherever it is cut", async () => {
    const fast = join(folder, "fast.mp4");
    make("-i", clip, "-c", "copy", "-movflags", "+faststart", fast);
    for (const source of [clip, fast]) {
      const bytes = readFileSync(source);
      for (const share of [0.1, 0.5, 0.9]) {
        const path = join(folder, "truncated.mp4");
        writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * share)));
        const error = await refusal(path);
        expect(error.message).toContain("truncated.mp4");
        expect(error.remedy).not.toBe("");
      }
    }
  });

  it("refuses text, playlists and concat scripts named .mp4 and reads nothing that they name", async () => {
    const texts = {
      text: "This is not a video.\nIt only has its name.\n",
      concat: `ffconcat version 1.0\nfile ${clip}\n`,
      playlist: `#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:2,\n${clip}\n#EXT-X-ENDLIST\n`,
      dash: `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><BaseURL>${clip}</BaseURL></MPD>`,
    };
    for (const [name, text] of Object.entries(texts)) {
      const path = join(folder, `${name}.mp4`);
      writeFileSync(path, text);
      const error = await refusal(path);
      expect(error.place).toBe("byte 0");
      expect(error.reason).toContain("refused");
    }
  });

  it("says which file is missing", async () => {
    const error = await refusal(join(folder, "nowhere.mp4"));
    expect(error.message).toContain("nowhere.mp4");
    expect(error.reason).toContain("does not exist");
  });

  it("stops a clip that is too large or takes too long", async () => {
    const many = await decodeFrames(clip, () => [0], { limits: { outputBytes: 100 } }).catch((e: unknown) => e);
    expect((many as MediaError).reason).toContain("too many bytes");
    const long = await decodeFrames(clip, () => [0], { limits: { wallSec: 0 } }).catch((e: unknown) => e);
    expect((long as MediaError).reason).toContain("too long");
  });
});
