/** How many tokens one part of an update may hold. */

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
