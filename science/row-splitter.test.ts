import { describe, expect, it } from "vitest";
import { readRows } from "./records.ts";
import { RowSplitter } from "./row-splitter.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function split(text: string, chunkBytes: number, limit?: number): { pieces: (string | null)[]; splitter: RowSplitter } {
  const bytes = encoder.encode(text);
  const splitter = new RowSplitter(limit);
  const pieces: (string | null)[] = [];
  const take = (piece: { bytes: Uint8Array | null; offset: number; length: number }): void => {
    pieces.push(piece.bytes && decoder.decode(piece.bytes));
    if (piece.bytes) expect(piece.bytes).toEqual(bytes.slice(piece.offset, piece.offset + piece.length));
  };
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    for (const piece of splitter.push(bytes.subarray(at, at + chunkBytes))) take(piece);
  }
  for (const piece of splitter.end()) take(piece);
  return { pieces, splitter };
}

const TEXTS = [
  '[{"a": 1}, {"b": "x,]}\\"[" }, {"c": [1, {"d": 2}]}]',
  '[{"a": 1},\n{"torn": "no end\n}, {"b": 2}]',
  '{"a": 1}\r\n\r\n{"b": "\\\\"}\n  \n{"c": "ü, [ \\u005d"}',
  '[{"a": 1}, {"b": 2}',
  "[1,,2]",
  "[]",
  "   ",
  "[{}}}, {}]",
  '["\\',
];

describe("the row splitter", () => {
  it("cuts the same rows whatever the size of the chunks", () => {
    for (const text of TEXTS) {
      const whole = split(text, 1_000_000);
      for (const chunkBytes of [1, 2, 3, 7]) expect(split(text, chunkBytes).pieces).toEqual(whole.pieces);
    }
    expect(split(TEXTS[0]!, 5).pieces.map((piece) => JSON.parse(piece!) as unknown)).toEqual(JSON.parse(TEXTS[0]!));
    expect(split(TEXTS[2]!, 5).pieces.map((piece) => Object.keys(JSON.parse(piece!) as object)[0])).toEqual([
      "a",
      "b",
      "c",
    ]);
  });

  it("counts rows as the reader of whole texts does", () => {
    for (const text of TEXTS.slice(0, 5)) {
      const rows = new Set([...readRows(text, "file")].map(({ row }) => row));
      expect(split(text, 4).pieces).toHaveLength(rows.size);
    }
  });

  it("skips a byte order mark and says whether a list was closed", () => {
    expect(split('\ufeff[{"a": 1}]', 1_000).pieces).toEqual(['{"a": 1}']);
    expect(split('[{"a": 1}]', 3).splitter).toMatchObject({ format: "array", closed: true });
    expect(split('[{"a": 1}, {"b"', 3).splitter).toMatchObject({ format: "array", closed: false });
    expect(split('{"a": 1}', 3).splitter).toMatchObject({ format: "lines" });
  });

  it("hands over no row that is longer than the limit, keeps none of it, and goes on behind it", () => {
    const long = `{"a": "${"x".repeat(5000)}"}`;
    for (const [open, between, close] of [
      ["[", ",", "]"],
      ["", "\n", ""],
    ]) {
      const { pieces } = split(`${open}{"a": 1}${between}${long}${between}{"b": 2}${close}`, 64, 1000);
      expect(pieces).toEqual(['{"a": 1}', null, '{"b": 2}']);
    }
  });
});
