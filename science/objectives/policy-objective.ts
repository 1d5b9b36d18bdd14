/** The loss of an RL update as a part of a recipe: from per-token numbers of whole groups to a loss and its derivative. */
import { grpoObjective, type GrpoSettings } from "./grpo.ts";
import type { ObjectiveResult, PolicyBatch } from "./objective.ts";

/** Rows of a batch go group by group; a batch holds whole groups only. */
export interface GroupedPolicyBatch extends PolicyBatch {
  /** Rows of each group, in order. */
  readonly groupSizes: readonly number[];
}

export interface ObjectiveContext {
  /** Weight of the KL term now (a knob may have turned it). */
  readonly beta: number;
  /** Size of the whole step, of which the batch may be a part: losses of the parts add up to the step's. */
  readonly total: { readonly rows: number; readonly tokens: number; readonly groups: number };
  /** Longest completion that sampling allows. */
  readonly maxCompletionLength: number;
}

export interface PolicyObjective {
  readonly name: string;
  /** @throws RangeError when shapes differ or a needed input is missing. */
  compute(batch: GroupedPolicyBatch, context: ObjectiveContext): ObjectiveResult;
}

/** The family of {@link grpoObjective} with fixed settings. */
export function policyGradient(
  settings: Omit<GrpoSettings, "beta" | "total" | "maxCompletionLength">,
): PolicyObjective {
  return {
    name: settings.lossType,
    compute: (batch, { beta, total, maxCompletionLength }) =>
      grpoObjective(batch, { ...settings, beta, total, maxCompletionLength }),
  };
}
