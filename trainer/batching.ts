/** Cuts a step's packed groups into parts that fit into memory; the parts' losses and gradients add up to the step's. */
import type { PackedGroup } from "../native/types.ts";

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

/** Tokens whose activations take about 4 GiB, from the model's config; at most 16384. */
export function tokenBudgetOf(config: object): number {
  const text = (config as { text_config?: object }).text_config ?? config;
  const { hidden_size: hidden = 4096, num_hidden_layers: layers = 32 } = text as {
    hidden_size?: number;
    num_hidden_layers?: number;
  };
  // About 34 values of 4 bytes a token, layer and channel live until backward.
  return Math.max(256, Math.min(16_384, Math.floor(2 ** 32 / (hidden * layers * 34 * 4))));
}
