/** Scales one float32 tensor of a safetensors file in place. */
import { readFileSync, writeFileSync } from "node:fs";

/** @throws Error when the file holds no float32 tensor of that name. */
export function scaleTensor(path: string, tensor: string, factor: number): void {
  const bytes = readFileSync(path);
  const headerBytes = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + headerBytes)) as Record<
    string,
    { dtype: string; data_offsets: [number, number] } | undefined
  >;
  const entry = header[tensor];
  if (entry === undefined || entry.dtype !== "F32") {
    throw new Error(`${path} holds no float32 tensor ${tensor}: ${Object.keys(header).length} others are there.`);
  }
  const [from, to] = entry.data_offsets;
  for (let at = 8 + headerBytes + from; at < 8 + headerBytes + to; at += 4) {
    bytes.writeFloatLE(bytes.readFloatLE(at) * factor, at);
  }
  writeFileSync(path, bytes);
}
