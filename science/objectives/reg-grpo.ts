/**
 * Reg-GRPO of DeepVideo-R1 (arXiv 2506.07464): the policy's log-ratios, normalised over the group, are regressed on the
 * normalised rewards. No minimum, no clip; the log-partition of the optimal policy cancels with the group's mean.
 */
import { groupObjective } from "./group-objective.ts";
import type { PolicyObjective } from "./policy-objective.ts";

export interface RegGrpoSettings {
  /**
   * Floor of the log-ratios' deviation, nats: sqrt(variance + floor^2). The paper leaves it open; without one the loss is 0/0
   * where policy and old policy are equal, and a small one makes the first gradient 2 / floor times the policy gradient.
   */
  readonly sigmaFloor: number;
  readonly klClamp?: number | null;
}

/** One group's mean squared error and its derivative with respect to each row's summed log-ratio. */
export function groupRegression(
  ratios: readonly number[],
  targets: readonly number[],
  sigmaFloor: number,
): { loss: number; derivative: number[]; sigma: number } {
  const size = ratios.length;
  const mean = average(ratios);
  const centred = ratios.map((value) => value - mean);
  const sigma = Math.sqrt(average(centred.map((value) => value ** 2)) + sigmaFloor ** 2);
  const errors = targets.map((target, index) => target - centred[index]! / sigma);
  const meanError = average(errors);
  const slope = errors.reduce((sum, error, index) => sum + error * centred[index]!, 0) / (size * sigma ** 3);
  return {
    loss: average(errors.map((error) => error ** 2)),
    derivative: errors.map((error, index) => (-2 / size) * ((error - meanError) / sigma - slope * centred[index]!)),
    sigma,
  };
}

/** Standardised with the population's deviation; null where all are equal (such a group teaches nothing and is left out). */
export function standardised(values: readonly number[]): number[] | null {
  const mean = average(values);
  const deviation = Math.sqrt(average(values.map((value) => (value - mean) ** 2)));
  return deviation < 1e-9 ? null : values.map((value) => (value - mean) / deviation);
}

export function regGrpo({ sigmaFloor, klClamp = null }: RegGrpoSettings): PolicyObjective {
  return groupObjective({
    name: "reg_grpo",
    klClamp,
    group: ({ ratios, advantages }) => {
      const targets = standardised(advantages);
      if (targets === null) return null;
      const { loss, derivative, sigma } = groupRegression(ratios, targets, sigmaFloor);
      return { loss, derivative, metrics: { "reg_grpo/sigma": sigma, "reg_grpo/mean_ratio": average(ratios) } };
    },
  });
}

const average = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
