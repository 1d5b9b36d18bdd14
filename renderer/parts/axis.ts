/** Round values for the marks of a vertical axis. */
import { formatMilliseconds } from "./format.ts";
import type { Unit } from "./format.ts";

const STEPS = [1, 2, 2.5, 5, 10];
/** What lies below zero by less than this share of the range counts as zero: a loss near 0 needs no negative half. */
const NEARLY_ZERO = 0.03;

/** Three to five round ticks that enclose `[low, high]`; they start at 0 where the data come near it. */
export function axisTicks(low: number, high: number): number[] {
  if (!Number.isFinite(low) || !Number.isFinite(high)) return [0, 1];
  // A constant is seen from zero: an axis of its last digits would say nothing.
  if (low === high && low > 0) return axisTicks(0, high);
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

const PREFIXES = ["k", "M", "G", "T"];

/** A tick as short as it can be written: `0.05`, `1.5e−4`, `1,200`, `20k`, `2.5M`; with a unit `15 %`, `40 MB`, `300 ms`. */
export function formatTick(value: number, unit: Unit | null = null): string {
  if (value === 0) return unit === "share" || unit === "part" ? "0 %" : "0";
  if (unit === "share" || unit === "part") return `${Number((value * 100).toPrecision(4))} %`.replace("-", "−");
  if (unit === "bytes") return shortened(value).replace(/([kMGT]?)$/, " $1B");
  if (unit === "milliseconds") return formatMilliseconds(value);
  if (Math.abs(value) < 0.01 || Math.abs(value) >= 1e15) {
    return value.toExponential(1).replace(".0e", "e").replace("e+", "e").replaceAll("-", "−");
  }
  if (Math.abs(value) >= 1e4) return shortened(value);
  return value.toLocaleString("en-US", { maximumFractionDigits: 4 }).replace("-", "−");
}

function shortened(value: number): string {
  const power = Math.max(0, Math.min(PREFIXES.length, Math.floor(Math.log10(Math.abs(value)) / 3 + 1e-9)));
  const size = Number((value / 1000 ** power).toPrecision(4));
  return `${size.toLocaleString("en-US")}${power === 0 ? "" : PREFIXES[power - 1]}`.replace("-", "−");
}
