import { describe, expect, it } from "vitest";
import type { Clip } from "../media/clips.ts";
import { changedClip } from "./frame-changes.ts";

/** Three frames of 6 x 6 pixels: black with a white pixel, grey 10, grey 20. */
function clip(): Clip {
  const bytes = 6 * 6 * 3;
  const pixels = new Uint8Array(3 * bytes);
  pixels.fill(255, 0, 3);
  pixels.fill(10, bytes, 2 * bytes);
  pixels.fill(20, 2 * bytes);
  const frames = [0, 1, 2].map((index) => ({ hash: `h${index}`, index, ptsSec: index }));
  return { kind: "video", path: "a.mp4", contentHash: "c", width: 6, height: 6, secondsPerGrid: 1, frames, pixels };
}
const hashes = (changed: Clip): string[] => changed.frames.map(({ hash }) => hash);
const grey = (changed: Clip, frame: number): number => changed.pixels[frame * 108 + 107]!;

describe("a changed clip", () => {
  it("drops, repeats and reverses frames with their pixels", () => {
    const dropped = changedClip(clip(), { kind: "drop", frame: 1 });
    expect([hashes(dropped), grey(dropped, 1)]).toEqual([["h0", "h2"], 20]);
    const repeated = changedClip(clip(), { kind: "repeat", frame: 2 });
    expect([hashes(repeated), grey(repeated, 2)]).toEqual([["h0", "h1", "h1"], 10]);
    expect(hashes(changedClip(clip(), { kind: "repeat", frame: 0 }))).toEqual(["h1", "h1", "h2"]);
    const reversed = changedClip(clip(), { kind: "reverse", frame: 0 });
    expect([hashes(reversed), grey(reversed, 0)]).toEqual([["h2", "h1", "h0"], 20]);
  });

  it("blurs and greys one frame and leaves the others as they are", () => {
    const blurred = changedClip(clip(), { kind: "blur", frame: 0 });
    expect(blurred.pixels[0]).toBeLessThan(255);
    expect(blurred.pixels[3]).toBeGreaterThan(0);
    expect(blurred.pixels.subarray(108)).toEqual(clip().pixels.subarray(108));
    expect(changedClip(clip(), { kind: "replace", frame: 1 }).pixels.subarray(108, 216)).toEqual(
      new Uint8Array(108).fill(128),
    );
  });

  it("is refused for a frame that is not there", () => {
    expect(() => changedClip(clip(), { kind: "drop", frame: 3 })).toThrow("The clip has 3 frames");
  });
});
