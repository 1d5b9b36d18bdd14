/** Reads reference vectors in tests: safetensors and JSON under test/fixtures/oracle, or where ORACLE_DIRECTORY says. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const oracleDirectory =
  process.env.ORACLE_DIRECTORY ?? fileURLToPath(new URL("../../test/fixtures/oracle", import.meta.url));

export interface OracleTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array | Int32Array | Uint8Array;
}

export function oraclePath(...parts: string[]): string {
  return join(oracleDirectory, ...parts);
}

export function oracleJson<T>(...parts: string[]): T {
  return JSON.parse(readFileSync(oraclePath(...parts), "utf8")) as T;
}

/** All tensors of a file; 64-bit integers become Int32Array. */
export function oracleTensors(...parts: string[]): ReadonlyMap<string, OracleTensor> {
  const file = readFileSync(oraclePath(...parts));
  const headerBytes = Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString("utf8", 8, 8 + headerBytes)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, OracleTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const [begin, end] = entry.data_offsets.map((offset) => offset + 8 + headerBytes) as [number, number];
    const bytes = file.buffer.slice(file.byteOffset + begin, file.byteOffset + end) as ArrayBuffer;
    tensors.set(name, { shape: entry.shape, values: valuesOf(entry.dtype, bytes) });
  }
  return tensors;
}

function valuesOf(dtype: string, bytes: ArrayBuffer): OracleTensor["values"] {
  if (dtype === "F32") return new Float32Array(bytes);
  if (dtype === "U8") return new Uint8Array(bytes);
  if (dtype === "I32") return new Int32Array(bytes);
  if (dtype === "I64") return Int32Array.from(new BigInt64Array(bytes), Number);
  throw new Error(`The oracle reader does not know dtype ${dtype}.`);
}

/** The tensor as float32; throws when it is not there. */
export function floats(tensors: ReadonlyMap<string, OracleTensor>, name: string): Float32Array {
  const found = tensors.get(name)?.values;
  if (!(found instanceof Float32Array)) throw new Error(`${name} is no float32 tensor of this file.`);
  return found;
}

export function integers(tensors: ReadonlyMap<string, OracleTensor>, name: string): Int32Array {
  const found = tensors.get(name)?.values;
  if (!(found instanceof Int32Array)) throw new Error(`${name} is no integer tensor of this file.`);
  return found;
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`Lengths differ: ${a.length} and ${b.length}.`);
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] as number) - (b[i] as number));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}
