/** Gives the service a file that only this window has, piece by piece, so that any video can be asked about. */
import { call } from "../../connection.ts";

/** Fits a message of the connection as base64. */
const PIECE_BYTES = 512 * 1024;

/** @returns the path by which it can be asked about. @throws ServiceError */
export async function upload(file: File, onShare: (share: number) => void): Promise<string> {
  const name = `u${crypto.getRandomValues(new Uint32Array(3)).join("-")}`;
  for (let from = 0; ; from += PIECE_BYTES) {
    const piece = file.slice(from, from + PIECE_BYTES);
    const last = from + PIECE_BYTES >= file.size;
    const base64 = await base64Of(piece);
    const { path } = await call("session.upload", { upload: name, name: file.name, base64, last });
    onShare(Math.min(1, (from + PIECE_BYTES) / Math.max(1, file.size)));
    if (path !== null) return path;
  }
}

async function base64Of(piece: Blob): Promise<string> {
  const bytes = new Uint8Array(await piece.arrayBuffer());
  let text = "";
  // So many arguments at once are safe everywhere.
  for (let from = 0; from < bytes.length; from += 8192)
    text += String.fromCharCode(...bytes.subarray(from, from + 8192));
  return btoa(text);
}
