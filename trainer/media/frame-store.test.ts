import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { FrameStore } from "./frame-store.ts";
import { decodePng, encodePng } from "./png.ts";

const folder = mkdtempSync(join(tmpdir(), "secondlook-frames-"));
afterAll(() => rmSync(folder, { recursive: true }));
const rgb = Uint8Array.from({ length: 5 * 3 * 3 }, (_, index) => (index * 37) % 256);

describe("the frame store", () => {
  it("writes PNG files that give back the same pixels", () => {
    expect(decodePng(encodePng(rgb, 5, 3))).toEqual({ rgb, width: 5, height: 3 });
  });

  it("names a frame by the hash of its raw bytes and reads it back", async () => {
    const store = new FrameStore(folder);
    const hash = await store.put(rgb, 5, 3);
    expect(hash).toBe(createHash("sha256").update(rgb).digest("hex"));
    expect(store.path(hash)).toBe(join(folder, hash.slice(0, 2), `${hash}.png`));
    expect(await new FrameStore(folder).get(hash)).toEqual({ rgb, width: 5, height: 3 });
  });

  it("notes when a frame was last looked at, so that nobody removes what a run is about to name", async () => {
    const path = new FrameStore(folder).path(await new FrameStore(folder).put(rgb, 5, 3));
    const hash = path.slice(-68, -4);
    for (const look of [(store: FrameStore) => store.get(hash), (store: FrameStore) => store.put(rgb, 5, 3)]) {
      utimesSync(path, 1000, 1000);
      await look(new FrameStore(folder));
      expect(Date.now() - statSync(path).mtimeMs).toBeLessThan(60_000);
    }
  });

  it("does not hand out a damaged frame", async () => {
    const store = new FrameStore(folder);
    const hash = await store.put(rgb, 5, 3);
    const bytes = readFileSync(store.path(hash));
    writeFileSync(store.path(hash), bytes.subarray(0, bytes.length - 20));
    expect(await store.get(hash)).toBe(null);
  });
});
