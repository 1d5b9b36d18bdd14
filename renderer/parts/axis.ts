/** Round values for the marks of a vertical axis. */

const STEPS = [1, 2, 2.5, 5, 10];
/** What lies below zero by less than this share of the range counts as zero: a loss near 0 needs no negative half. */
const NEARLY_ZERO = 0.03;

/** Three to five round ticks that enclose `[low, high]`; they start at 0 where the data come near it. */
export function axisTicks(low: number, high: number): number[] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  const reach = Math.max(high - low, Math.abs(high) * 1e-6, 1e-12);
  let bottom = low;
  if (low >= -NEARLY_ZERO * reach && low < 0.5 * high) bottom = 0;
  const rough = Math.max(high - bottom, reach) / 3;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((candidate) => candidate * power >= rough * 0.999) ?? 10) * power;
  const first = Math.floor(bottom / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/** A tick as short as it can be written: `0.05`, `1.5e−4`, `1,200`, `20k`. */
export function formatTick(value: number): string {
  if (value === 0) return "0";
  if (Math.abs(value) >= 1e5 || Math.abs(value) < 0.01) {
    return value.toExponential(1).replace(".0e", "e").replace("e+", "e").replaceAll("-", "−");
  }
  if (Math.abs(value) >= 1e4) return `${(value / 1000).toLocaleString("en-US")}k`.replace("-", "−");
  return value.toLocaleString("en-US", { maximumFractionDigits: 4 }).replace("-", "−");
}
