/** What TRL logs beside a policy loss: KL, entropy and how often the clip was active. */
import { sumRows, type PolicyBatch, type TokenRows } from "./objective.ts";
import type { GrpoSettings } from "./grpo.ts";

interface MetricInputs {
  readonly batch: PolicyBatch;
  readonly mask: TokenRows;
  readonly counts: readonly number[];
  readonly ratios: TokenRows;
  readonly perTokenKl: TokenRows | null;
  readonly settings: GrpoSettings;
}

/** Means over active tokens; with a ratio of the whole row, clip ratios are means over rows. */
export function policyMetrics(inputs: MetricInputs): Record<string, number> {
  const { batch, mask, counts, ratios, perTokenKl, settings } = inputs;
  const { epsilonLow = 0.2, epsilonHigh = 0.2 } = settings;
  const active = Math.max(
    1,
    counts.reduce((sum, count) => sum + count, 0),
  );
  const metrics: Record<string, number> = {};
  if (perTokenKl !== null) metrics.kl = sumRows(perTokenKl) / active;
  if (batch.entropies !== undefined) metrics.entropy = maskedMean(batch.entropies, mask, active);
  const share = (condition: (ratio: number, advantage: number) => boolean): number => {
    const flags = ratios.map((row, k) =>
      Float64Array.from(row, (ratio) => (condition(ratio, batch.advantages[k]!) ? 1 : 0)),
    );
    if (settings.level !== "sequence") return maskedMean(flags, mask, active);
    return flags.reduce((sum, row) => sum + (row[0] ?? 0), 0) / Math.max(1, flags.length);
  };
  if (settings.lossType === "cispo") {
    metrics.cispo_clip_ratio = share((ratio, advantage) => ratio > epsilonHigh && advantage > 0);
  } else if (settings.lossType !== "sapo" && settings.lossType !== "video_r1") {
    const low = (ratio: number, advantage: number): boolean => ratio < 1 - epsilonLow && advantage < 0;
    const high = (ratio: number, advantage: number): boolean => ratio > 1 + epsilonHigh && advantage > 0;
    metrics["clip_ratio/low_mean"] = share(low);
    metrics["clip_ratio/high_mean"] = share(high);
    metrics["clip_ratio/region_mean"] = share((ratio, advantage) => low(ratio, advantage) || high(ratio, advantage));
  }
  return metrics;
}

function maskedMean(rows: TokenRows, mask: TokenRows, active: number): number {
  let sum = 0;
  rows.forEach((row, k) => {
    for (let t = 0; t < row.length; t++) sum += row[t]! * mask[k]![t]!;
  });
  return sum / active;
}
