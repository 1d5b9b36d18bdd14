/**
 * Rows that make the base model. It learns to see (captions), to look up letters, to read lists and to repeat a
 * conclusion, but never how the pack's questions are answered: that is left to SFT and RL, as Video-R1 starts from a
 * model that can see and follow instructions. Pure: a seed, a number and the shares of the moment give a row.
 */
import { clipRow } from "./pretraining-clips.ts";
import { copyingRow, lookupRow, readingRow } from "./pretraining-text.ts";
import { randomFrom } from "./random.ts";
import { addCodecNoise, renderClip, sampledFrames } from "./render.ts";
import type { RenderedFrames } from "./render.ts";
import type { PretrainingRow } from "./segments.ts";
import { clipOf } from "./splits.ts";

/** Shares of the kinds of rows; clips take the rest. */
export interface RowShares {
  readonly lookup: number;
  readonly reading: number;
  readonly copying: number;
  /** Of the looked-up words, how many come after evidence that mostly names options. */
  readonly distracted: number;
  /** Of the small questions about a clip, how many are answered with evidence first. */
  readonly reasoned: number;
}

/**
 * A curriculum as data: lookup forms alone and quickly, but hardly ever among everything else. Then lists and evidence
 * that name the same words, then clips. `until` is a share of all steps.
 */
const CURRICULUM: readonly (RowShares & { readonly until: number })[] = [
  { until: 0.0942, lookup: 0.85, reading: 0, copying: 0.15, distracted: 0, reasoned: 0 },
  { until: 0.2826, lookup: 0.55, reading: 0.35, copying: 0.1, distracted: 0.85, reasoned: 0 },
  { until: 0.5769, lookup: 0.22, reading: 0.23, copying: 0.05, distracted: 0.85, reasoned: 0 },
  { until: 1, lookup: 0.12, reading: 0.18, copying: 0.05, distracted: 0.85, reasoned: 0.75 },
];

/** What is drawn when `progress` (0 to 1) of the steps are done. */
export function sharesAt(progress: number): RowShares {
  return CURRICULUM.find(({ until }) => progress < until) ?? CURRICULUM.at(-1)!;
}

export const PRETRAINING = {
  steps: 5200,
  rowsPerStep: 40,
  learningRate: 2e-3,
  warmupSteps: 100,
} as const;

/** Share of clips that get codec noise. */
const NOISY_SHARE = 0.3;

/** Row number `index` of the pretraining stream with the given seed. */
export function pretrainingRow(seed: number, index: number, shares: RowShares): PretrainingRow {
  const random = randomFrom(seed, "row", index);
  const at = random.next();
  if (at < shares.lookup) return lookupRow(random, shares.distracted);
  if (at < shares.lookup + shares.reading) return readingRow(random);
  if (at < shares.lookup + shares.reading + shares.copying) return copyingRow(random);
  return clipRow(random, clipOf(seed, "pretrain", index), shares.reasoned);
}

/** The frames of a row's clip as the usual sampling would take them, a share of them as if encoded. */
export function pretrainingFrames(row: PretrainingRow): RenderedFrames | null {
  if (row.clip === null) return null;
  const frames = renderClip(row.clip, sampledFrames(row.clip));
  if (randomFrom("noisy", row.clip.seed).chance(NOISY_SHARE)) addCodecNoise(frames, row.clip.seed);
  return frames;
}
