import { describe, expect, it } from "vitest";
import { sampleFrames } from "./frame-sampling.ts";
import { clipFrameSize, placeholderTokens, roundHalfEven, smartResize } from "./vision.ts";

const PIXELS = 28 * 28;
const training = { minPixels: 128 * PIXELS, cap: 128 * PIXELS, totalPixels: 90_316_800 };
const evaluation = { ...training, cap: 256 * PIXELS };

describe("clipFrameSize", () => {
  it("gives Video-R1's training sizes (specification, 4.5)", () => {
    expect(clipFrameSize(16, 720, 1280, training).maxPixels).toBe(105_369);
    const sizes: [number, number, number, number, number][] = [
      [640, 360, 420, 224, 960],
      [1280, 720, 420, 224, 960],
      [1920, 1080, 420, 224, 960],
      [854, 480, 420, 224, 960],
      [320, 240, 392, 280, 1120],
      [640, 480, 364, 280, 1040],
      [224, 224, 336, 336, 1152],
      [64, 64, 336, 336, 1152],
    ];
    for (const [width, height, newWidth, newHeight, tokens] of sizes) {
      const size = clipFrameSize(16, height, width, training);
      expect([size.width, size.height, placeholderTokens(16, size.height, size.width)]).toEqual([
        newWidth,
        newHeight,
        tokens,
      ]);
    }
  });

  it("gives its evaluation sizes with 32 frames", () => {
    const sizes: [number, number, number, number, number][] = [
      [1920, 1080, 588, 336, 4032],
      [854, 480, 588, 308, 3696],
      [640, 480, 504, 364, 3744],
      [320, 240, 392, 280, 2240],
    ];
    for (const [width, height, newWidth, newHeight, tokens] of sizes) {
      const size = clipFrameSize(32, height, width, evaluation);
      expect([size.width, size.height, placeholderTokens(32, size.height, size.width)]).toEqual([
        newWidth,
        newHeight,
        tokens,
      ]);
    }
  });
});

describe("sampleFrames", () => {
  it("gives Video-R1's counts for caps of 16, 32 and 64", () => {
    const clips: [number, number, number[]][] = [
      [150, 30, [10, 10, 10]],
      [300, 30, [16, 20, 20]],
      [491, 22.29, [16, 32, 44]],
      [3000, 25, [16, 32, 64]],
      [30, 30, [4, 4, 4]],
    ];
    for (const [totalFrames, videoFps, counts] of clips) {
      expect(
        [16, 32, 64].map((maxFrames) => sampleFrames({ totalFrames, videoFps, maxFrames }).indices.length),
      ).toEqual(counts);
    }
  });

  it("spreads frames from the first to the last", () => {
    const wide = sampleFrames({ totalFrames: 491, videoFps: 22.29, maxFrames: 16 }).indices;
    expect(wide).toEqual([0, 33, 65, 98, 131, 163, 196, 229, 261, 294, 327, 359, 392, 425, 457, 490]);
    expect(sampleFrames({ totalFrames: 150, videoFps: 30 }).indices).toEqual([
      0, 17, 33, 50, 66, 83, 99, 116, 132, 149,
    ]);
    expect(sampleFrames({ totalFrames: 60, videoFps: 30 }).indices).toEqual([0, 20, 39, 59]);
  });

  it("refuses a clip of one frame with a remedy", () => {
    expect(() => sampleFrames({ totalFrames: 1, videoFps: 30 })).toThrow(/longer clip/);
  });
});

describe("smartResize", () => {
  it("rounds halves to the even multiple", () => {
    expect(roundHalfEven(2.5)).toBe(2);
    expect(roundHalfEven(3.5)).toBe(4);
    expect(smartResize(70, 70, { minPixels: 1, maxPixels: 1e9 })).toEqual({ height: 56, width: 56 });
  });

  it("refuses pictures that are 200 times as long as wide", () => {
    expect(() => smartResize(1, 201, { minPixels: 1, maxPixels: 1e9 })).toThrow(/crop/);
  });
});
