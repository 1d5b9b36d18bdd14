/** What a run would need of the machine's memory. */
import { z } from "zod";

export interface MemoryCheck {
  readonly parameters: number;
  /** Of the stage that needs most, in one process (on its GPU); null when the model's config cannot be read. */
  readonly bytes: number | null;
  /** Of all processes of the run together. */
  readonly allBytes: number | null;
  readonly processes: number;
  /** Each process computes on a GPU of its own. */
  readonly gpus: boolean;
  /** Bytes a stage, with what they are for: weights, gradients, optimiser, reference, activations and so on. */
  readonly stages: readonly {
    readonly stage: string;
    readonly bytes: number;
    readonly byPurpose: Readonly<Record<string, number>>;
  }[];
  /** Free memory of the machine, or all memory of the smallest GPU that the run would use; null where that is not known. */
  readonly availableBytes: number | null;
  /** Why it cannot run here and what to change; null when it fits. */
  readonly refusal: string | null;
}

export const memoryInputs = {
  "recipes.estimate": z.object({
    recipe: z.string(),
    preset: z.string(),
    overrides: z.record(z.string(), z.unknown()).optional(),
    /** Hugging Face directory; the base model that comes along without. */
    model: z.string().optional(),
    device: z.string().optional(),
    processes: z.number().int().min(1).max(64).optional(),
  }),
} as const;

export interface MemoryResults {
  "recipes.estimate": MemoryCheck;
}
