/**
 * Which demuxer a file's first bytes ask for. ffmpeg is then told to use exactly that one, so that a playlist, a concat
 * script or any other text under the name of a video is refused here and never makes ffmpeg open another file.
 */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { MediaError } from "./errors.ts";

/** ffmpeg's demuxers that read nothing but the file they are given. */
export type Demuxer = "mov" | "matroska" | "avi" | "gif" | "png_pipe" | "jpeg_pipe" | "webp_pipe" | "bmp_pipe";

const BOXES = new Set(["ftyp", "moov", "mdat", "free", "skip", "wide", "pnot"]);

/** Demuxer of a file that starts with these bytes (at least 16 of them); null for everything that is no medium. */
export function sniffContainer(head: Uint8Array): Demuxer | null {
  const ascii = (from: number, to: number): string => String.fromCharCode(...head.subarray(from, to));
  if (BOXES.has(ascii(4, 8))) return "mov";
  if (head[0] === 0x1a && head[1] === 0x45 && head[2] === 0xdf && head[3] === 0xa3) return "matroska";
  if (ascii(0, 4) === "RIFF" && ascii(8, 12) === "AVI ") return "avi";
  if (ascii(0, 4) === "RIFF" && ascii(8, 12) === "WEBP") return "webp_pipe";
  if (ascii(0, 6) === "GIF87a" || ascii(0, 6) === "GIF89a") return "gif";
  if (head[0] === 0x89 && ascii(1, 8) === "PNG\r\n\x1a\n") return "png_pipe";
  if (head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff) return "jpeg_pipe";
  if (ascii(0, 2) === "BM" && head[6] === 0 && head[7] === 0) return "bmp_pipe";
  return null;
}

/** @throws MediaError when the file is missing, unreadable, empty or no medium that we decode. */
export async function containerOf(path: string): Promise<Demuxer> {
  const head = new Uint8Array(16);
  let size: number;
  try {
    // Without waiting, since nobody may ever write into a pipe.
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!(await file.stat()).isFile()) throw Object.assign(new Error(`${path} is no file`), { code: "no file" });
      size = (await file.read(head, 0, head.length, 0)).bytesRead;
    } finally {
      await file.close();
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const missing = code === "ENOENT";
    throw new MediaError({
      file: path,
      place: "opening",
      reason: missing ? "the file does not exist" : `the file cannot be read (${code ?? String(error)})`,
      remedy: missing
        ? "Put the file where the row says, or correct the row's path or the media root."
        : "Check that it is a file and that this user may read it.",
    });
  }
  const demuxer = size < head.length ? null : sniffContainer(head);
  if (demuxer !== null) return demuxer;
  throw new MediaError({
    file: path,
    place: "byte 0",
    reason:
      size === 0
        ? "the file is empty"
        : "its content is no video or picture that can be read (playlists, scripts and text are refused whatever their name)",
    remedy: "Supply an MP4, MOV, Matroska, WebM or AVI video, or a GIF, PNG, JPEG, WebP or BMP picture.",
  });
}
