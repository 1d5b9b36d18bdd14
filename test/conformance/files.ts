/** Reading reference folders: JSON (with non-finite numbers as strings) and safetensors. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Frames } from "../../native/types.ts";
import { MissingInput } from "./report.ts";

const NON_FINITE: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  "-Infinity": Number.NEGATIVE_INFINITY,
};

export function has(directory: string, ...parts: string[]): boolean {
  return existsSync(path.join(directory, ...parts));
}

/** Parsed JSON as it stands; strings "NaN" and infinities are left to {@link numberOf}. */
export function readJson<Shape>(directory: string, ...parts: string[]): Shape {
  const file = path.join(directory, ...parts);
  if (!existsSync(file)) {
    throw new MissingInput(
      `${file} is missing: give a whole reference folder, with the layout that its README describes.`,
    );
  }
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Shape;
  } catch (error) {
    throw new MissingInput(`${file} is not valid JSON (${(error as Error).message}): make the reference folder again.`);
  }
}

/** A number as these files write it. */
export function numberOf(value: number | string): number {
  if (typeof value === "number") return value;
  const named = NON_FINITE[value];
  if (named === undefined) throw new Error(`${JSON.stringify(value)} is not a number`);
  return named;
}

export type TensorData = Float32Array | Float64Array | Int32Array | BigInt64Array | Int16Array | Uint8Array;

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: TensorData;
}

const READERS: Readonly<Record<string, (bytes: ArrayBuffer) => TensorData>> = {
  F32: (bytes) => new Float32Array(bytes),
  F64: (bytes) => new Float64Array(bytes),
  I32: (bytes) => new Int32Array(bytes),
  I64: (bytes) => new BigInt64Array(bytes),
  I16: (bytes) => new Int16Array(bytes),
  U8: (bytes) => new Uint8Array(bytes),
};

/** All tensors of a safetensors file, row-major. */
export function readTensors(directory: string, ...parts: string[]): Map<string, Tensor> {
  const file = path.join(directory, ...parts);
  if (!existsSync(file)) {
    throw new MissingInput(
      `${file} is missing: give a whole reference folder, with the layout that its README describes.`,
    );
  }
  const bytes = readFileSync(file);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + headerLength)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, Tensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const read = READERS[entry.dtype];
    if (read === undefined) throw new Error(`${file}: tensor ${name} has type ${entry.dtype}, which is not read here.`);
    const start = bytes.byteOffset + 8 + headerLength;
    const [from, to] = entry.data_offsets;
    tensors.set(name, { shape: entry.shape, data: read(bytes.buffer.slice(start + from, start + to) as ArrayBuffer) });
  }
  return tensors;
}

/** A tensor that must be there. */
export function tensorOf(tensors: ReadonlyMap<string, Tensor>, name: string): Tensor {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`the file has no tensor ${name}`);
  return tensor;
}

/** Any tensor's values as ordinary numbers. */
export function numbersOf(tensor: Tensor): Float64Array {
  return Float64Array.from(tensor.data as ArrayLike<number | bigint>, Number);
}

/** `[h, w, 3]` or `[t, h, w, 3]` as frames. */
export function framesOf(tensor: Tensor): Frames {
  const shape = tensor.shape.length === 3 ? [1, ...tensor.shape] : tensor.shape;
  return { data: tensor.data as Uint8Array, count: shape[0]!, height: shape[1]!, width: shape[2]! };
}
