/**
 * What a run is watched for. Each rule looks at one metric; its threshold and the number of updates that it must hold for
 * can be changed, its kind cannot. Thresholds are ours, in the range that people who train with GRPO report.
 */

import type { AlertKind, AlertLevel, AlertRule } from "../../contract/alerts.ts";

const rule = (
  id: string,
  title: string,
  metric: string,
  kind: AlertKind,
  [threshold, steps, window, floor = 0]: readonly [number, number, number, number?],
  advice: string,
  level: AlertLevel = "warning",
): AlertRule => ({ id, title, metric, kind, level, threshold, steps, window, floor, advice, enabled: true });

export const DEFAULT_ALERT_RULES: readonly AlertRule[] = [
  rule(
    "not-finite",
    "Loss is no number",
    "loss",
    "notFinite",
    [0, 1, 0],
    "Pause, lower the learning rate, and resume from the newest checkpoint.",
    "error",
  ),
  rule(
    "skipped-update",
    "Update skipped",
    "update_skipped",
    "above",
    [0.5, 1, 0],
    "Its gradient was not finite and nothing was changed. Lower the learning rate if this repeats.",
    "error",
  ),
  rule(
    "gradient-jump",
    "Gradient jump",
    "grad_norm",
    "timesAbove",
    // Between dead groups the gradient is nearly nothing, and any other one would be a jump.
    [10, 1, 20, 0.1],
    "One batch pulls far harder than those before: look at its rollouts. Clipping bounds what it does.",
  ),
  rule(
    "kl-high",
    "Far from the reference",
    "kl",
    "above",
    [0.5, 10, 0],
    "The policy leaves the reference: raise β or lower the learning rate.",
  ),
  rule(
    "kl-jump",
    "KL jump",
    "kl",
    "timesAbove",
    [5, 2, 20, 0.05],
    "The distance from the reference grew within a few updates: look at the rollouts of these steps.",
  ),
  rule(
    "entropy-collapse",
    "Entropy collapse",
    "entropy",
    "shareOfStart",
    [0.2, 10, 5],
    "Answers become all alike, and groups will lose their signal: raise the temperature or β.",
  ),
  rule(
    "length-collapse",
    "Length collapse",
    "completions/mean_length",
    "timesBelow",
    [0.5, 5, 50],
    "Answers shrank to half: the reasoning may be skipped. Read a few rollouts.",
  ),
  rule(
    "length-growth",
    "Length explosion",
    "completions/mean_length",
    "timesAbove",
    [2, 5, 50],
    "Answers doubled: look for repetition, and at the share that is cut off.",
  ),
  rule(
    "cut-off",
    "Answers cut off",
    "completions/clipped_ratio",
    "above",
    [0.3, 10, 0],
    "Many answers reach the longest length without an end: raise sampling.maxTokens.",
  ),
  rule(
    "dead-groups",
    "Dead groups",
    "frac_reward_zero_std",
    "above",
    [0.8, 20, 0],
    "Nearly all groups have equal rewards and give no gradient: the questions are too easy or too hard.",
  ),
  rule(
    "format-lost",
    "Format lost",
    "rewards/format/mean",
    "below",
    [0.5, 10, 0],
    "Fewer than half of the answers keep the tags: check the prompt, or train the cold start longer.",
  ),
  rule(
    "throughput-drop",
    "Throughput drop",
    "tokens_per_second",
    "timesBelow",
    [0.5, 5, 50],
    "Updates became slow: another job on the device, a slow disk, or much longer clips.",
  ),
];

/** Metrics that some rule looks at. */
export const alertMetrics = (rules: readonly AlertRule[]): string[] => [...new Set(rules.map(({ metric }) => metric))];

/** The condition in words, with its numbers. */
export function describeRule({ metric, kind, threshold, steps, window, floor }: AlertRule): string {
  const held = steps === 1 ? "in one update" : `in ${steps} updates in a row`;
  switch (kind) {
    case "notFinite":
      return `${metric} is no finite number ${held}`;
    case "above":
      return `${metric} > ${threshold} ${held}`;
    case "below":
      return `${metric} < ${threshold} ${held}`;
    case "timesAbove":
      return `${metric} > ${threshold} × the median of ${window} updates before${floor > 0 ? ` and > ${floor}` : ""}, ${held}`;
    case "timesBelow":
      return `${metric} < ${threshold} × the median of ${window} updates before, ${held}`;
    case "shareOfStart":
      return `${metric} < ${threshold} × the mean of the stage's first ${window} updates, ${held}`;
  }
}
