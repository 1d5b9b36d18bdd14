/** Resampling, normalised patches and their order: the engine against preprocess/pixels.*. */
import { grayToRgb, rgbaToRgb } from "../../science/pictures.ts";
import type { Frames } from "../../native/types.ts";
import { loadEngine, sharedEngine } from "./engine.ts";
import { framesOf, readJson, readTensors, tensorOf, type Tensor } from "./files.ts";
import type { Section } from "./report.ts";

interface PixelFile {
  readonly image_mean: number[];
  readonly image_std: number[];
  readonly cases: readonly { name: string; kind: "image" | "video" | "order" }[];
}

export async function pixelRows(directory: string, section: Section): Promise<void> {
  const file = readJson<PixelFile>(directory, "preprocess", "pixels.json");
  const tensors = readTensors(directory, "preprocess", "pixels.safetensors");
  colours(tensors, section);
  const engine = await sharedEngine();
  if (typeof engine === "string") {
    section.notYet("resampling, patches", engine);
    return;
  }
  const pil = section.check("resampling: Pillow, bit for bit");
  const torchvision = section.check("resampling: torchvision, at most 1 of 255 in 3 % of the values");
  for (const name of tensors.keys()) {
    if (!name.endsWith(".input")) continue;
    const key = name.slice(0, -".input".length);
    const target = tensors.get(`${key}.resized_pil`) ?? tensors.get(`${key}.resized_torchvision`);
    if (target === undefined) continue;
    const wanted = framesOf(target);
    const resized = await engine.resize(framesOf(tensorOf(tensors, name)), {
      height: wanted.height,
      width: wanted.width,
    });
    const exact = tensors.get(`${key}.resized_pil`);
    if (exact !== undefined) pil.allNear(resized.data, exact.data as Uint8Array, key);
    const near = tensors.get(`${key}.resized_torchvision`);
    if (near !== undefined) torchvision.isTrue(almostAll(resized.data, near.data as Uint8Array), key);
  }
  pil.done();
  torchvision.done();
  await patches(file, tensors, section);
}

function almostAll(actual: Uint8Array, expected: Uint8Array): boolean {
  let off = 0;
  for (let i = 0; i < expected.length; i++) {
    const distance = Math.abs(actual[i]! - expected[i]!);
    if (distance > 1) return false;
    off += distance;
  }
  return actual.length === expected.length && off <= 0.03 * expected.length;
}

async function patches(file: PixelFile, tensors: ReadonlyMap<string, Tensor>, section: Section): Promise<void> {
  const module = await loadEngine();
  if (typeof module === "string") return section.notYet("patches and their order", module);
  const { patchify } = module;
  const values = section.check("pixel values", 2e-6);
  const order = section.check("patch order");
  for (const one of file.cases) {
    if (one.kind === "order") {
      if (!tensors.has(one.name)) continue;
      checkOrder(one.name, tensors, file, patchify, order);
      continue;
    }
    const expected = tensors.get(`${one.name}.pixel_values`);
    if (expected === undefined) continue;
    // The reference was made from torchvision's resampling: patches are compared from the very same pictures.
    const pictures =
      one.kind === "video"
        ? [one.name]
        : [...tensors.keys()]
            .filter((key) => key.startsWith(`${one.name}.`) && key.endsWith(".input"))
            .map((key) => key.slice(0, -".input".length));
    const rows: number[] = [];
    for (const picture of pictures) {
      const source = tensors.get(`${picture}.resized_torchvision`) ?? tensorOf(tensors, `${picture}.input`);
      rows.push(...patchify(framesOf(source)));
    }
    values.allNear(rows, expected.data as Float32Array, one.name);
  }
  values.done();
  order.done();
}

type Patchify = (frames: Frames) => Float32Array;

/** Sends each element's flat index through the patches, one byte of it at a time, and reads it back. */
function checkOrder(
  name: string,
  tensors: ReadonlyMap<string, Tensor>,
  file: PixelFile,
  patchify: Patchify,
  check: ReturnType<Section["check"]>,
): void {
  const expected = tensorOf(tensors, name);
  const meta = file.cases.find((one) => one.name === name) as unknown as { frames: number; size: [number, number] };
  const [height, width] = meta.size;
  const found = new Int32Array(expected.data.length);
  for (const shift of [0, 8]) {
    const data = new Uint8Array(meta.frames * height * width * 3);
    for (let t = 0; t < meta.frames; t++)
      for (let c = 0; c < 3; c++)
        for (let p = 0; p < height * width; p++) {
          const index = (t * 3 + c) * height * width + p;
          data[(t * height * width + p) * 3 + c] = (index >> shift) & 255;
        }
    const rows = patchify({ data, count: meta.frames, height, width });
    rows.forEach((value, i) => {
      const channel = Math.floor((i % 1176) / (1176 / 3));
      found[i]! |= Math.round((value * file.image_std[channel]! + file.image_mean[channel]!) * 255) << shift;
    });
  }
  check.allNear(found, expected.data as Int16Array, name);
}

function colours(tensors: ReadonlyMap<string, Tensor>, section: Section): void {
  const check = section.check("colour conversions");
  const rgba = tensors.get("rgba.input")?.data as Uint8Array | undefined;
  if (rgba !== undefined) {
    check.allNear(rgbaToRgb(rgba, "hf"), tensorOf(tensors, "rgba.hf_rgb").data as Uint8Array, "alpha dropped");
    check.allNear(rgbaToRgb(rgba), tensorOf(tensors, "rgba.qwen_vl_utils_rgb").data as Uint8Array, "on white");
  }
  const gray = tensors.get("gray.input")?.data as Uint8Array | undefined;
  if (gray !== undefined) check.allNear(grayToRgb(gray), tensorOf(tensors, "gray.rgb").data as Uint8Array, "grey");
  check.done();
}
