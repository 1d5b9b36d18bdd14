/** Leaves solved prompts out of a later stage (VerIPO: 80 % of those whose rollouts were all right, drawn at random). */
import { RandomStream, type RandomKey } from "./rng.ts";

export interface Pruning {
  /** Name of the stage whose rollouts tell what is solved. */
  readonly rolloutsOf: string;
  /** Of the solved prompts. */
  readonly share: number;
}

/** @param accuracies mean accuracy of each prompt's rollouts, by sample. @returns the samples to leave out. */
export function solvedToDrop(
  accuracies: ReadonlyMap<string, number>,
  share: number,
  key: RandomKey,
): ReadonlySet<string> {
  const solved = [...accuracies].filter(([, mean]) => mean === 1).map(([id]) => id);
  const order = new RandomStream("pruning", ...key).shuffled(solved.sort());
  return new Set(order.slice(0, Math.round(share * solved.length)));
}
