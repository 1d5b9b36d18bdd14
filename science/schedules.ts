/** Learning-rate schedules in closed form, so that a resume needs no state. Reference vectors: optim/schedules.json. */

export const SCHEDULE_NAMES = ["constant", "linear", "cosine", "wsd"] as const;
export type ScheduleName = (typeof SCHEDULE_NAMES)[number];

export interface Schedule {
  readonly name: ScheduleName;
  readonly learningRate: number;
  /** Updates until the full rate is reached; the first one then has rate 0, as in transformers. */
  readonly warmupSteps: number;
  readonly totalSteps: number;
  /** Rate at the end over the full rate; default 0 (transformers' plain linear and cosine). */
  readonly minRatio?: number;
  /** `wsd` only: share of the steps in which the rate falls linearly at the end; default 0.2. */
  readonly decayShare?: number;
  /** Start warm-up at 1 / warmupSteps instead of 0, so that the first update is not lost. Default false. */
  readonly warmupFromFirst?: boolean;
}

/** The rate of update `step`, counted from 0. */
export function learningRateAt(step: number, schedule: Schedule): number {
  const { name, learningRate, warmupSteps, totalSteps, minRatio = 0, decayShare = 0.2 } = schedule;
  if (step < warmupSteps) {
    return (learningRate * (step + (schedule.warmupFromFirst ? 1 : 0))) / Math.max(1, warmupSteps);
  }
  const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  const towardsMin = (share: number): number => learningRate * (share * (1 - minRatio) + minRatio);
  switch (name) {
    case "constant":
      return learningRate;
    case "linear":
      return towardsMin(Math.max(0, (totalSteps - step) / Math.max(1, totalSteps - warmupSteps)));
    case "cosine":
      return towardsMin(Math.max(0, 0.5 * (1 + Math.cos(Math.PI * progress))));
    case "wsd": {
      const decaySteps = Math.max(1, Math.round(totalSteps * decayShare));
      return towardsMin(Math.min(1, Math.max(0, (totalSteps - step) / decaySteps)));
    }
  }
}
