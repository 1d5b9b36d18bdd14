/** A part of the items: always the same ones for a given set and number, spread over its tasks by chance. */
import { RandomStream } from "../rng.ts";

/** `items` 0: all of them, in their own order. */
export function chooseItems<Item>(all: readonly Item[], items: number, seed: number): readonly Item[] {
  if (items === 0 || items >= all.length) return all;
  return new RandomStream("evaluation items", seed).shuffled(all).slice(0, items);
}
