/** Hostile media, made with ffmpeg or byte by byte in a folder of the test's own. */
import { execFileSync } from "node:child_process";
import { deflateSync, crc32 } from "node:zlib";
import { findFfmpeg } from "../../trainer/media/ffmpeg.ts";

/** Runs ffmpeg on one thread. */
export function make(...args: string[]): void {
  execFileSync(findFfmpeg().path, ["-hide_banner", "-loglevel", "error", "-y", "-threads", "1", ...args]);
}

/** Arguments for a synthetic clip as the input. */
export const source = (size: string, rate: string, seconds: number): string[] => [
  "-f",
  "lavfi",
  "-i",
  `testsrc=size=${size}:rate=${rate}:duration=${seconds}`,
];

export const H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"];

function pngChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

/** A PNG that claims any size; the pixels of its first `rows` rows are there and black. */
export function blackPng(width: number, height: number, rows: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const pixels = deflateSync(Buffer.alloc(rows * (width * 3 + 1)), { level: 9 });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    pngChunk("IHDR", header),
    pngChunk("IDAT", pixels),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

function jpegSegment(marker: number, data: readonly number[]): Buffer {
  return Buffer.from([0xff, marker, 0, data.length + 2, ...data]);
}

/** A baseline JPEG with the four components of CMYK, as print shops save them: 8 x 8 pixels, all coefficients 0. */
export function cmykJpeg(): Buffer {
  const components = [1, 2, 3, 4];
  const oneCode = (table: number): number[] => [table, 1, ...new Array<number>(15).fill(0), 0];
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    jpegSegment(0xee, [...Buffer.from("Adobe", "latin1"), 0, 100, 0, 0, 0, 0, 0]),
    jpegSegment(0xdb, [0, ...new Array<number>(64).fill(1)]),
    jpegSegment(0xc0, [8, 0, 8, 0, 8, 4, ...components.flatMap((id) => [id, 0x11, 0])]),
    jpegSegment(0xc4, oneCode(0x00)),
    jpegSegment(0xc4, oneCode(0x10)),
    jpegSegment(0xda, [4, ...components.flatMap((id) => [id, 0]), 0, 63, 0]),
    Buffer.from([0x00, 0xff, 0xd9]),
  ]);
}

/** The same file with a time of ten hours in its headers. `mp4` must have version 0 boxes, as ffmpeg writes them. */
export function claimTenHours(mp4: Buffer): Buffer {
  const bytes = Buffer.from(mp4);
  for (const [box, scaleAt, durationAt] of [
    ["mvhd", 16, 20],
    ["mdhd", 16, 20],
    ["tkhd", null, 24],
  ] as const) {
    const at = bytes.indexOf(box, 0, "latin1");
    if (at < 0) throw new Error(`There is no ${box} box.`);
    const scale = scaleAt === null ? 1000 : bytes.readUInt32BE(at + scaleAt);
    bytes.writeUInt32BE(Math.min(scale * 36_000, 2 ** 32 - 1), at + durationAt);
  }
  return bytes;
}

/** The same file with the flag that players turn the picture by 90 degrees. */
export function turnedByNinety(mp4: Buffer): Buffer {
  const bytes = Buffer.from(mp4);
  const at = bytes.indexOf("tkhd", 0, "latin1");
  if (at < 0) throw new Error("There is no tkhd box.");
  const [one, unit] = [1 << 16, 1 << 30];
  [0, one, 0, -one, 0, 0, 0, 0, unit].forEach((entry, place) => bytes.writeInt32BE(entry, at + 44 + place * 4));
  return bytes;
}
