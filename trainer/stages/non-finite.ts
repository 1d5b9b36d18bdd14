/**
 * Updates whose loss or gradient is NaN or infinite: skipped, counted, journalled with the tensor at fault; three in a
 * row end the run with a diagnosis, because weights that stay as they are meet the same data again in vain.
 */
import type { Model, StepOptions, StepResult } from "../../native/types.ts";
import type { Journal } from "../run/journal.ts";

/** What was not finite: "loss", or the first parameter whose gradient was not. */
export type Culprit = string;

export const MOST_IN_A_ROW = 3;

/** The optimiser's step, unless `loss` is not finite: then the gradients are thrown away and nothing else changes. */
export async function applyUpdate(
  policy: Pick<Model, "step" | "zeroGradients">,
  loss: number,
  options: StepOptions,
): Promise<StepResult> {
  if (Number.isFinite(loss)) return policy.step(options);
  await policy.zeroGradients();
  return { gradientNorm: Number.NaN, skipped: true, culprit: "loss" };
}

export class NonFiniteGuard {
  #inARow = 0;
  #total = 0;

  /** Looks at update `step`; `culprit` is absent when it was applied. @throws Error after three skipped in a row. */
  check(journal: Pick<Journal, "append" | "flush">, step: number, culprit: Culprit | undefined): void {
    if (culprit === undefined) {
      this.#inARow = 0;
      return;
    }
    this.#inARow++;
    this.#total++;
    const counted = this.#total === 1 ? "the first one" : `${this.#total} so far`;
    const message = `Update ${step} was skipped (${counted}): ${wordsFor(culprit)} was not finite. Weights and optimiser are as before it.`;
    journal.append({ type: "notice", level: "warning", message, step, rule: "non-finite-gradient" });
    if (this.#inARow < MOST_IN_A_ROW) return;
    journal.flush();
    throw new Error(diagnosis(step, culprit));
  }
}

const wordsFor = (culprit: Culprit): string => (culprit === "loss" ? "the loss" : `the gradient of ${culprit}`);

function diagnosis(step: number, culprit: Culprit): string {
  const first = step - MOST_IN_A_ROW + 1;
  const where =
    culprit === "loss"
      ? "The loss itself is not finite, so the forward pass or the objective overflows: look at the log-probabilities and the KL of the last steps."
      : `The loss is finite and the gradient of ${culprit} is not, so the backward pass overflows there.`;
  return (
    `Updates ${first} to ${step} were all skipped because ${wordsFor(culprit)} was not finite. ${where} ` +
    `Go on from a checkpoint before update ${first} with a lower learning rate or a smaller gradient clip; if it comes back at once, the start model or a sample of that step is damaged.`
  );
}
