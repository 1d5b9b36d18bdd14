/** Sizes and frame samples (science/vision.ts), resampling and patches (the engine) against preprocess/. */
import { sampleFrames, sampleFramesLikeTransformers, type FrameRequest } from "../../science/frame-sampling.ts";
import { clipFrameSize, smartResize, VisionSizeError } from "../../science/vision.ts";
import { readJson } from "./files.ts";
import { pixelRows } from "./pixels.ts";
import type { Check, Section } from "./report.ts";

type Failure = { readonly error: string };

export async function preprocessSection(directory: string, section: Section): Promise<void> {
  await section.attempt("smart_resize", () => sizes(directory, section));
  await section.attempt("frame sampling", () => frames(directory, section));
  await section.attempt("video size", () => clipSizes(directory, section));
  await section.attempt("pixels", () => pixelRows(directory, section));
}

/** The value, or the reference's error if that is what should happen. */
function sameOrRefused<Value>(check: Check, expected: Value | Failure, where: string, compute: () => Value): void {
  const refused = typeof expected === "object" && expected !== null && "error" in expected;
  let actual: Value;
  try {
    actual = compute();
  } catch (error) {
    if (!(error instanceof VisionSizeError)) throw error;
    check.isTrue(refused, `${where}: refused (${error.message}) although it is possible`);
    return;
  }
  if (refused) check.isTrue(false, `${where}: ${JSON.stringify(actual)} although it must be refused`);
  else check.same(actual, expected, where);
}

function sizes(directory: string, section: Section): void {
  interface Case {
    height: number;
    width: number;
    factor: number;
    min_pixels: number;
    max_pixels: number;
    hf: [number, number] | Failure;
    qwen_vl_utils: [number, number] | Failure;
  }
  const { cases } = readJson<{ cases: Case[] }>(directory, "preprocess", "smart_resize.json");
  for (const convention of ["qwen_vl_utils", "hf"] as const) {
    const check = section.check(`smart_resize: ${convention}`);
    for (const one of cases) {
      const bounds = { minPixels: one.min_pixels, maxPixels: one.max_pixels, factor: one.factor };
      sameOrRefused(check, one[convention], `${one.height} x ${one.width}, factor ${one.factor}`, () => {
        const { height, width } = smartResize(one.height, one.width, bounds, convention);
        return [height, width] as [number, number];
      });
    }
    check.done();
  }
}

function frames(directory: string, section: Section): void {
  interface Case {
    total_frames: number;
    video_fps: number;
    fps?: number;
    nframes?: number;
    min_frames?: number;
    max_frames?: number;
    hf: number[] | Failure;
    qwen_vl_utils: { nframes: number; indices: number[]; sample_fps: number } | Failure;
  }
  const { cases } = readJson<{ cases: Case[] }>(directory, "preprocess", "frame_sampling.json");
  const own = section.check("frame sampling: qwen_vl_utils");
  const rates = section.check("frame sampling: frames a second", 1e-9);
  const hf = section.check("frame sampling: hf");
  for (const one of cases) {
    const request: FrameRequest = {
      totalFrames: one.total_frames,
      videoFps: one.video_fps,
      fps: one.fps,
      frameCount: one.nframes,
      minFrames: one.min_frames,
      maxFrames: one.max_frames,
    };
    const where = JSON.stringify(request);
    const expected = one.qwen_vl_utils;
    sameOrRefused(own, "error" in expected ? expected : expected.indices, where, () => [
      ...sampleFrames(request).indices,
    ]);
    if (!("error" in expected)) rates.near(sampleFrames(request).sampleFps, expected.sample_fps, where);
    sameOrRefused(hf, one.hf, where, () => [...sampleFramesLikeTransformers(request)]);
  }
  own.done();
  rates.done();
  hf.done();
}

function clipSizes(directory: string, section: Section): void {
  interface Case {
    nframes: number;
    h: number;
    w: number;
    min_pixels: number;
    total_pixels: number;
    cap: number;
    max_pixels?: number;
    result: { max_pixels: number; size: [number, number] } | Failure;
  }
  const { cases } = readJson<{ cases: Case[] }>(directory, "preprocess", "video_size.json");
  const check = section.check("video size");
  const budgets = section.check("video size: pixel budget", 1e-6);
  for (const one of cases) {
    const where = `${one.nframes} frames of ${one.h} x ${one.w}`;
    const budget = {
      minPixels: one.min_pixels,
      cap: one.cap,
      totalPixels: one.total_pixels,
      maxPixels: one.max_pixels,
    };
    const size = () => clipFrameSize(one.nframes, one.h, one.w, budget);
    sameOrRefused(
      check,
      "error" in one.result ? one.result : one.result.size,
      where,
      () => [size().height, size().width] as [number, number],
    );
    if (!("error" in one.result)) budgets.near(size().maxPixels, one.result.max_pixels, where);
  }
  check.done();
  budgets.done();
}
