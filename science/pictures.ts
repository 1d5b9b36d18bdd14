/** Still pictures to plain RGB, as the two conventions do it. Reference vectors: preprocess/pixels.json (rgba, gray). */

/**
 * RGBA to RGB: `qwen_vl_utils` lays the picture on white (Pillow's rounding), `hf` drops the alpha channel.
 * `[pixels, 4]` to `[pixels, 3]`.
 */
export function rgbaToRgb(rgba: Uint8Array, convention: "qwen_vl_utils" | "hf" = "qwen_vl_utils"): Uint8Array {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let pixel = 0; pixel < rgba.length / 4; pixel++) {
    const alpha = convention === "hf" ? 255 : rgba[pixel * 4 + 3]!;
    for (let channel = 0; channel < 3; channel++) {
      const sum = rgba[pixel * 4 + channel]! * alpha + 255 * (255 - alpha) + 128;
      rgb[pixel * 3 + channel] = ((sum >> 8) + sum) >> 8;
    }
  }
  return rgb;
}

/** Grey values three times. `[pixels]` to `[pixels, 3]`. */
export function grayToRgb(gray: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: gray.length * 3 }, (_, index) => gray[Math.floor(index / 3)]!);
}
