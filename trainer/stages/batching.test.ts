import { describe, expect, it } from "vitest";
import type { PackedGroup } from "../../native/types.ts";
import { microBatches, tokensOf } from "./batching.ts";
import { tokenBudgetOf } from "../../science/memory/budget.ts";

const group = (prompt: number, ...completions: number[]): PackedGroup => ({
  prompt: { ids: new Int32Array(prompt), media: [] },
  completions: completions.map((length) => new Int32Array(length)),
});

describe("micro-batches", () => {
  it("counts a group's prompt once", () => {
    expect(tokensOf(group(100, 10, 20))).toBe(130);
  });

  it("cover all groups in order and stay within the budget where a group does", () => {
    const groups = [group(40, 10), group(40, 10), group(200), group(10), group(10)];
    expect(microBatches(groups, 100)).toEqual([
      [0, 2],
      [2, 3],
      [3, 5],
    ]);
    expect(microBatches([], 100)).toEqual([]);
  });

  it("are large for the small model and one group at a time for a 7B", () => {
    expect(tokenBudgetOf({ hidden_size: 128, num_hidden_layers: 4 })).toBe(16_384);
    expect(tokenBudgetOf({ text_config: { hidden_size: 3584, num_hidden_layers: 28 } })).toBeLessThan(1000);
  });
});
