/** Cuts a step's packed groups into parts that fit into memory; the parts' losses and gradients add up to the step's. */
import type { PackedGroup } from "../../native/types.ts";

/** Tokens of a packed group: the prompt once and every completion. */
export function tokensOf(group: PackedGroup): number {
  return group.completions.reduce((sum, ids) => sum + ids.length, group.prompt.ids.length);
}

/** Index ranges `[from, to)` of consecutive groups whose tokens stay within the budget; a larger group stands alone. */
export function microBatches(groups: readonly PackedGroup[], tokenBudget: number): [number, number][] {
  const ranges: [number, number][] = [];
  let from = 0;
  let tokens = 0;
  groups.forEach((group, index) => {
    const size = tokensOf(group);
    if (index > from && tokens + size > tokenBudget) {
      ranges.push([from, index]);
      from = index;
      tokens = 0;
    }
    tokens += size;
  });
  if (groups.length > from) ranges.push([from, groups.length]);
  return ranges;
}
