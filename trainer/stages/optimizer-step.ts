/** The end of every stage's update: the scheduled learning rate, then AdamW on the gradients that backward passes left. */
import type { Model } from "../../native/types.ts";
import { learningRateAt } from "../../science/schedules.ts";
import { scheduleOf, type StageSettings } from "../../science/settings.ts";
import { applyUpdate, type Culprit } from "./non-finite.ts";

export interface OptimizerOutcome {
  readonly metrics: Record<string, number>;
  readonly culprit?: Culprit;
}

/**
 * Steps the policy's optimiser for update `stageStep` (from 0) of the stage.
 * @param knobs May hold `learningRate`, which then takes the place of the stage's own, schedule and all.
 * @param loss Of the whole update; where it is not finite, nothing is applied and `culprit` says why.
 */
export async function optimizerStep(
  policy: Model,
  stage: StageSettings,
  knobs: ReadonlyMap<string, number>,
  stageStep: number,
  loss: number,
): Promise<OptimizerOutcome> {
  const { clip, weightDecay, beta1, beta2, epsilon, learningRate: own } = stage.optimizer;
  const full = knobs.get("learningRate") ?? own;
  const learningRate = learningRateAt(stageStep, { ...scheduleOf(stage), learningRate: full, warmupFromFirst: true });
  const options = { learningRate, clip, weightDecay, beta1, beta2, epsilon, skipNormDecay: true };
  const { gradientNorm, skipped, culprit } = await applyUpdate(policy, loss, options);
  const metrics = { grad_norm: gradientNorm, learning_rate: learningRate, ...(skipped ? { update_skipped: 1 } : {}) };
  return { metrics, culprit };
}
