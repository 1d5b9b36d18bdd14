/** The top-entropy mask: only the tokens where the policy hesitates most carry the policy gradient. */
import type { TokenRows } from "./objective.ts";

/** 1 for the share of active tokens with the highest entropy; null when all count. Threshold in float32, as TRL's. */
export function highEntropyMask(
  entropies: TokenRows | undefined,
  mask: TokenRows,
  share: number,
): Float64Array[] | null {
  if (share >= 1) return null;
  if (entropies === undefined)
    throw new RangeError("The top-entropy mask needs entropies: give them or set topEntropyShare to 1.");
  const active: number[] = [];
  entropies.forEach((row, k) => {
    for (let t = 0; t < row.length; t++) if (mask[k]![t] !== 0) active.push(Math.fround(row[t]!));
  });
  const threshold = quantile32(active, 1 - share);
  return entropies.map((row, k) =>
    Float64Array.from(row, (value, t) => (mask[k]![t] !== 0 && value >= threshold ? 1 : 0)),
  );
}

/** Linearly interpolated quantile in float32 steps (torch.quantile). */
function quantile32(values: readonly number[], q: number): number {
  if (values.length === 0) return Number.POSITIVE_INFINITY;
  const sorted = [...values].sort((a, b) => a - b);
  const rank = Math.fround(Math.fround(q) * (sorted.length - 1));
  const below = Math.floor(rank);
  const weight = Math.fround(rank - below);
  const a = sorted[below]!;
  const b = sorted[Math.min(below + 1, sorted.length - 1)]!;
  const step = Math.fround(b - a);
  return weight < 0.5
    ? Math.fround(a + Math.fround(weight * step))
    : Math.fround(b - Math.fround(step * Math.fround(1 - weight)));
}
