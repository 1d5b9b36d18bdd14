/** Numbers and times as people read them: fixed significant digits, units, never a bare float. */

/** Three significant digits, without exponents between 0.001 and a million; "–" for nothing. */
export function formatNumber(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size === Infinity) return value > 0 ? "∞" : "−∞";
  if (size >= 1e6 || size < 1e-3)
    return value
      .toExponential(Math.max(0, digits - 1))
      .replace("-", "−")
      .replace("e+", "e");
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return formatGrouped(value, Math.min(decimals, 6));
}

/** By decimals: to make one takes far longer than to use it, and tables use it for every cell. */
const formats = new Map<number, Intl.NumberFormat>();

function formatGrouped(value: number, decimals: number): string {
  let format = formats.get(decimals);
  if (!format) {
    format = new Intl.NumberFormat("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    formats.set(decimals, format);
  }
  return format.format(value).replace("-", "−");
}

/** A share as a percentage with one decimal. */
export function formatPercent(share: number | null | undefined, decimals = 1): string {
  if (share === null || share === undefined || Number.isNaN(share)) return "–";
  return `${formatGrouped(share * 100, decimals)} %`;
}

/** A whole number with thin grouping. */
export function formatCount(count: number | null | undefined): string {
  return count === null || count === undefined ? "–" : count.toLocaleString("en-US");
}

/** A value with its sign, for advantages and differences. */
export function formatSigned(value: number | null | undefined, digits = 3): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "–";
  return value > 0 ? `+${formatNumber(value, digits)}` : formatNumber(value, digits);
}

/** Seconds as `42 s`, `3 min 05 s` or `2 h 10 min`. */
export function formatDuration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`;
}

/** How long ago, in words. */
export function formatAgo(time: number, now: number): string {
  const seconds = Math.max(0, (now - time) / 1000);
  if (seconds < 50) return "just now";
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.round(minutes / 60);
  if (hours < 36) return `${hours} h ago`;
  return `${Math.round(hours / 24)} d ago`;
}

/** Bytes with their unit: `0 B`, `41.1 kB`. */
export const formatBytes = (bytes: number): string => `${formatLarge(bytes)}${Math.abs(bytes) < 1000 ? " " : ""}B`;

/** Milliseconds as `0.4 ms`, `423 ms`, `2.7 s` or longer times. */
export function formatMilliseconds(milliseconds: number): string {
  if (milliseconds >= 999.5) return formatDuration(milliseconds / 1000);
  return `${milliseconds < 9.95 ? Number(milliseconds.toFixed(1)) : Math.round(milliseconds)} ms`;
}

/** What a value is, beyond a number. A part is a share whose axis does not reach to 100 %. */
export type Unit = "share" | "part" | "bytes" | "milliseconds";

/** A value with its unit. */
export function formatValue(value: number | null | undefined, unit: Unit | null, digits = 3): string {
  if (value === null || value === undefined) return "–";
  if (unit === "share" || unit === "part") return formatPercent(value, digits > 3 ? 1 : 0);
  if (unit === "bytes") return formatBytes(value);
  return unit === "milliseconds" ? formatMilliseconds(value) : formatNumber(value, digits);
}

/** Parameters or bytes with a decimal prefix: `1.33 M`. */
export function formatLarge(value: number): string {
  const units = ["", " k", " M", " G", " T"];
  let index = 0;
  while (Math.abs(value) >= 1000 && index < units.length - 1) {
    value /= 1000;
    index += 1;
  }
  return `${index === 0 ? value : formatNumber(value)}${units[index]}`;
}
