/**
 * Which clip may go where. A combination belongs to one split for ever, by its hash; a split takes only clips of its
 * own combinations, drawn from its own seeds. So no two splits share a seed or a combination.
 */
import { combinationKey, drawClip, showsSeenPairsOnly } from "./clip.ts";
import type { Clip, ClipKind } from "./clip.ts";
import { hashText, randomFrom } from "./random.ts";

export const SPLITS = ["pretrain", "train", "validation", "heldout"] as const;
export type Split = (typeof SPLITS)[number];

/** Shares of the combinations, in percent. */
const SHARES: Readonly<Record<Split, number>> = { pretrain: 60, train: 20, validation: 8, heldout: 12 };

/** The split that a combination belongs to. Combinations with an unseen pair are all held out. */
export function splitOf(clip: Clip): Split {
  if (!showsSeenPairsOnly(clip)) return "heldout";
  let left = hashText(`split ${combinationKey(clip)}`) % 100;
  return SPLITS.find((split) => (left -= SHARES[split]) < 0) ?? "pretrain";
}

/**
 * Clip number `index` of a split under a pack seed: draws until a clip's combination belongs to the split.
 * `unseenPairs` asks for a clip with at least one colour-shape pair that no other split shows (held-out only).
 */
export function clipOf(
  packSeed: number | string,
  split: Split,
  index: number,
  unseenPairs = false,
  kind?: ClipKind,
): Clip {
  const seed = `${packSeed}/${split}/${index}`;
  const random = randomFrom(seed);
  for (;;) {
    const clip = drawClip(random, seed, kind);
    if (splitOf(clip) === split && showsSeenPairsOnly(clip) !== unseenPairs) return clip;
  }
}
