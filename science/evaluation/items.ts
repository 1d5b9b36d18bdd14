/** What is asked in an evaluation: a sample with what it is scored by and broken down by. */
import type { Box, Interval, Tube } from "../metrics/grounding.ts";
import type { Sample } from "../records.ts";

export const METRIC_NAMES = [
  "choice",
  "choices",
  "number",
  "mra-video-r1",
  "mra-vsibench",
  "progress",
  "wer",
  "rouge",
  "yes-no",
  "short-text",
  "segment",
  "segments",
  "grounded-choice",
  "box",
  "tube",
] as const;
export type MetricName = (typeof METRIC_NAMES)[number];

/** Truth that is no text; what a metric needs of it stands beside the metric in `scoring.ts`. */
export interface Truth {
  readonly segments?: readonly Interval[];
  readonly box?: Box;
  readonly tube?: Tube;
}

export interface BenchmarkItem {
  readonly sample: Sample;
  readonly metric: MetricName;
  readonly truth: Truth;
  /** `type`, and where known `duration`, `source` and others. */
  readonly groups: Readonly<Record<string, string>>;
  /** Subtitle file relative to the media root; null: there is none. */
  readonly subtitles: string | null;
}
