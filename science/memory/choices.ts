/** How a model is loaded: what decides the memory of its weights and of what trains them. */
export interface LoraChoice {
  readonly rank: number;
  readonly alpha: number;
}

export interface ModelChoices {
  readonly precision: "float32" | "bf16";
  /** The checkpoint stores bfloat16: frozen matrices of a bf16 model then stay in its file. */
  readonly checkpointIsHalf: boolean;
  readonly frozenVision: boolean;
  /** Null: the weights themselves are trained. */
  readonly lora: LoraChoice | null;
  readonly optimizer: "float32" | "8bit";
  readonly checkpointing: "auto" | "always" | "never";
}

/** Linear layers of a block that adapters stand on, by the last part of their names. */
export const LORA_TARGETS = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"] as const;
