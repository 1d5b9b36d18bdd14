/**
 * Scalars in TensorBoard's events (tensorflow/core/util/event.proto and summary.proto). Both ways of writing them are read: the
 * `simple_value` of torch's and older writers, and the tensor of one element of TensorFlow 2.
 */
import { BinaryReader, BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

export interface ScalarEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  readonly scalars: readonly { readonly tag: string; readonly value: number }[];
}

const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 } as const;
const SUMMARY_VALUE = 1;
const VALUE = { tag: 1, simpleValue: 2, tensor: 8 } as const;
const TENSOR = { type: 1, shape: 2, content: 4, float: 5, double: 6, int: 7, int64: 10 } as const;
const TYPE = { float: 1, double: 2, int32: 3, int64: 9 } as const;
const NO_SCALARS: ScalarEvent["scalars"] = [];

/** Calls `visit` for each field; the visitor reads its value and returns true, or leaves it to be skipped. */
function fields(bytes: Uint8Array, visit: (reader: BinaryReader, field: number, type: WireType) => boolean): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (!visit(reader, field, type)) reader.skip(type, field);
  }
}

/** @throws RangeError or Error where the bytes are no event. */
export function readEvent(record: Uint8Array): ScalarEvent {
  let [wallTime, step] = [0, 0];
  let scalars: { tag: string; value: number }[] | null = null;
  fields(record, (reader, field, type) => {
    if (field === EVENT.wallTime && type === WireType.Bit64) wallTime = reader.double();
    else if (field === EVENT.step && type === WireType.Varint) step = Number(reader.int64());
    else if (field === EVENT.summary && type === WireType.LengthDelimited) {
      fields(reader.bytes(), (inner, name, innerType) => {
        if (name !== SUMMARY_VALUE || innerType !== WireType.LengthDelimited) return false;
        const scalar = readValue(inner.bytes());
        if (scalar !== null) (scalars ??= []).push(scalar);
        return true;
      });
    } else return false;
    return true;
  });
  return { wallTime, step, scalars: scalars ?? NO_SCALARS };
}

function readValue(bytes: Uint8Array): { tag: string; value: number } | null {
  let tag = "";
  let value: number | null = null;
  fields(bytes, (reader, field, type) => {
    if (field === VALUE.tag && type === WireType.LengthDelimited) tag = reader.string();
    else if (field === VALUE.simpleValue && type === WireType.Bit32) value = reader.float();
    else if (field === VALUE.tensor && type === WireType.LengthDelimited) value = readTensor(reader.bytes());
    else return false;
    return true;
  });
  return value === null || tag === "" ? null : { tag, value };
}

/** The one element of a numeric tensor; null for every other one. */
function readTensor(bytes: Uint8Array): number | null {
  let type = 0;
  let content: Uint8Array | null = null;
  const listed: number[] = [];
  let isScalar = true;
  fields(bytes, (reader, field, wire) => {
    if (field === TENSOR.type && wire === WireType.Varint) type = reader.int32();
    // A shape without dimensions is an empty message.
    else if (field === TENSOR.shape && wire === WireType.LengthDelimited) isScalar = reader.bytes().length === 0;
    else if (field === TENSOR.content && wire === WireType.LengthDelimited) content = reader.bytes();
    else if (field in LISTS) readListed(reader, field as keyof typeof LISTS, wire, listed);
    else return false;
    return true;
  });
  if (!isScalar) return null;
  const [first] = listed;
  if (listed.length === 1) return first!;
  return content === null || listed.length > 0 ? null : readContent(content, type);
}

const LISTS = {
  [TENSOR.float]: (reader: BinaryReader) => reader.float(),
  [TENSOR.double]: (reader: BinaryReader) => reader.double(),
  [TENSOR.int]: (reader: BinaryReader) => reader.int32(),
  [TENSOR.int64]: (reader: BinaryReader) => Number(reader.int64()),
} as const;

function readListed(reader: BinaryReader, field: keyof typeof LISTS, wire: WireType, into: number[]): void {
  if (wire !== WireType.LengthDelimited) {
    into.push(LISTS[field](reader));
    return;
  }
  const packed = new BinaryReader(reader.bytes());
  // Two are enough to know that it is no scalar.
  while (packed.pos < packed.len && into.length < 2) into.push(LISTS[field](packed));
}

function readContent(content: Uint8Array, type: number): number | null {
  const view = new DataView(content.buffer, content.byteOffset, content.length);
  if (type === TYPE.float && content.length === 4) return view.getFloat32(0, true);
  if (type === TYPE.double && content.length === 8) return view.getFloat64(0, true);
  if (type === TYPE.int32 && content.length === 4) return view.getInt32(0, true);
  return type === TYPE.int64 && content.length === 8 ? Number(view.getBigInt64(0, true)) : null;
}

/** The first record of every event file. */
export function fileVersionEvent(wallTime: number): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(EVENT.wallTime, WireType.Bit64).double(wallTime);
  writer.tag(EVENT.fileVersion, WireType.LengthDelimited).string("brain.Event:2");
  return writer.finish();
}

/** Values become float32, as `simple_value` holds them: the form that every reader knows. */
export function scalarEvent({ wallTime, step, scalars }: ScalarEvent): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(EVENT.wallTime, WireType.Bit64).double(wallTime);
  writer.tag(EVENT.step, WireType.Varint).int64(step);
  writer.tag(EVENT.summary, WireType.LengthDelimited).fork();
  for (const { tag, value } of scalars) {
    writer.tag(SUMMARY_VALUE, WireType.LengthDelimited).fork();
    writer.tag(VALUE.tag, WireType.LengthDelimited).string(tag);
    writer.tag(VALUE.simpleValue, WireType.Bit32).float(float32(value));
    writer.join();
  }
  return writer.join().finish();
}

/** What no float32 can hold is infinite in one. */
const float32 = (value: number): number => Math.fround(value);
