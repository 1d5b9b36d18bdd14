/** Settings of how the model is kept in memory and what of it trains; every recipe has them. */
import type { SettingField } from "../recipe.ts";
import type { ModelSettings, SettingValue } from "../settings.ts";

const shared = { section: "Model", paper: null, source: "ours" } as const;

export const MODEL_FIELDS: Readonly<Record<string, SettingField>> = {
  "model.precision": {
    ...shared,
    kind: "choice",
    default: "auto",
    choices: ["auto", "float32", "bf16"],
    explanation:
      "How matrices are kept; auto: as the checkpoint has them. Trained ones have float32 masters, sums are float32.",
  },
  "model.lora": {
    ...shared,
    kind: "integer",
    default: 0,
    min: 0,
    max: 1024,
    explanation:
      "Rank of low-rank adapters on the language model's linear layers; the rest is frozen, and the reference is the model without them. 0 trains the weights themselves.",
  },
  "model.loraAlpha": {
    ...shared,
    kind: "number",
    default: 32,
    min: 0.01,
    max: 4096,
    explanation: "The adapters' output is multiplied by this over the rank.",
  },
  "model.optimizer": {
    ...shared,
    kind: "choice",
    default: "float32",
    choices: ["float32", "8bit"],
    explanation: "How AdamW keeps its two moments: 8 bytes a trained weight, or a little over 2.",
  },
  "model.checkpointing": {
    ...shared,
    kind: "choice",
    default: "auto",
    choices: ["auto", "always", "never"],
    explanation:
      "Keep only each block's input and compute the rest again in the backward pass: a third more work for a fraction of the memory. auto: above 3 GiB of activations.",
  },
};

/** The fields' values; recipes without them get the defaults. */
export function modelSettings(values: Readonly<Record<string, SettingValue>>): ModelSettings {
  const value = (name: string): SettingValue => values[name] ?? MODEL_FIELDS[name]!.default;
  const rank = value("model.lora") as number;
  return {
    precision: value("model.precision") as ModelSettings["precision"],
    lora: rank === 0 ? null : { rank, alpha: value("model.loraAlpha") as number },
    optimizer: value("model.optimizer") as ModelSettings["optimizer"],
    checkpointing: value("model.checkpointing") as ModelSettings["checkpointing"],
  };
}
