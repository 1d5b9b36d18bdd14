import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Sample } from "../../science/records.ts";
import { loadSamples, mediaPath } from "./samples.ts";

const folder = mkdtempSync(join(tmpdir(), "secondlook-samples-"));
const root = join(folder, "media");
mkdirSync(root);
writeFileSync(join(root, "in.mp4"), "");
writeFileSync(join(folder, "out.mp4"), "");
symlinkSync(join(folder, "out.mp4"), join(root, "escape.mp4"));
symlinkSync(join(root, "in.mp4"), join(root, "alias.mp4"));
afterAll(() => rmSync(folder, { recursive: true }));
const sample = (path: string): Sample => ({ id: "7", path }) as Sample;

describe("media paths", () => {
  it("stay inside the media root, links included", async () => {
    expect(await mediaPath(root, sample("in.mp4"))).toBe(join(root, "in.mp4"));
    expect(await mediaPath(root, sample("alias.mp4"))).toBe(join(root, "in.mp4"));
    await expect(mediaPath(root, sample("escape.mp4"))).rejects.toThrow("leads out of the media root");
    await expect(mediaPath(root, sample("../out.mp4"))).rejects.toThrow("leads out of the media root");
    await expect(mediaPath(root, sample("none.mp4"))).rejects.toThrow("does not exist");
  });
});

describe("data files", () => {
  it("name the file when it cannot be read", async () => {
    await expect(loadSamples(join(folder, "none.json"))).rejects.toThrow("none.json");
  });
});
