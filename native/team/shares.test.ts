import { describe, expect, it } from "vitest";
import type { Batch, PackedGroup } from "../types.ts";
import { batchOf, copyRows, offsetsOf, rowsOf, sharesOf } from "./shares.ts";

const group = (prompt: number, lengths: number[], scorePrompt = false): PackedGroup => ({
  prompt: { ids: new Int32Array(prompt), media: [] },
  completions: lengths.map((length) => new Int32Array(length)),
  ...(scorePrompt ? { scorePrompt } : {}),
});
const BATCHES: Record<string, Batch> = {
  "one group": [group(10, [3, 1, 4, 1, 5], true)],
  "as many groups as members": [group(10, [3]), group(20, [1, 2], true), group(5, [9, 9])],
  "more groups than members": [1, 2, 3, 4, 5, 6, 7].map((n) => group(10 * n, [n, n], n % 2 === 0)),
  "a group without completions": [group(4, [], true), group(3, [2])],
};

describe.each(Object.entries(BATCHES))("%s", (_, batch) => {
  it.each([1, 2, 3, 4])("is divided among %i members so that every row is computed once", (members) => {
    const shares = sharesOf(batch, members);
    expect(shares).toHaveLength(members);
    const rows = shares.flatMap((share) => rowsOf(batch, share));
    const all = offsetsOf(batch).length - 1;
    expect([...rows].sort((a, b) => a - b)).toEqual(Array.from({ length: all }, (_, row) => row));
  });

  it.each([2, 3])("has its values put together again from the parts of %i members", (members) => {
    const offsets = offsetsOf(batch);
    const wanted = Float32Array.from({ length: offsets.at(-1)! }, (_, i) => i + 1);
    const whole = new Float32Array(wanted.length);
    for (const share of sharesOf(batch, members)) {
      const part = new Float32Array(offsetsOf(batchOf(batch, share)).at(-1)!);
      copyRows(rowsOf(batch, share), offsets, wanted, part, "gather");
      copyRows(rowsOf(batch, share), offsets, whole, part, "scatter");
    }
    expect(whole).toEqual(wanted);
  });
});

describe("shares", () => {
  it("give the largest groups to whom has least", () => {
    const batch = [group(1, [100]), group(1, [60]), group(1, [50])];
    const loads = sharesOf(batch, 2).map((share) => share.map((piece) => piece.group));
    expect(loads).toEqual([[0], [1, 2]]);
  });

  it("leave groups whole where what is measured needs all of a group", () => {
    expect(sharesOf([group(1, [5, 5])], 2, { whole: true })).toEqual([[{ group: 0, from: 0, to: 2 }], []]);
  });
});
