import { describe, expect, it } from "vitest";
import {
  formatMilliseconds,
  formatValue,
  formatAgo,
  formatBytes,
  formatDuration,
  formatLarge,
  formatNumber,
  formatPercent,
  formatSigned,
} from "./format.ts";

describe("formatNumber", () => {
  it("keeps three significant digits and never drops zeros of a whole number", () => {
    expect(formatNumber(25000)).toBe("25,000");
    expect(formatNumber(0.04321)).toBe("0.0432");
    expect(formatNumber(1.5)).toBe("1.50");
    expect(formatNumber(-12.345)).toBe("−12.3");
  });
  it("writes very small and very large values with an exponent", () => {
    expect(formatNumber(0.00001234)).toBe("1.23e−5");
    expect(formatNumber(12_345_678)).toBe("1.23e7");
  });
  it("says nothing about nothing", () => {
    expect(formatNumber(null)).toBe("–");
    expect(formatNumber(Number.NaN)).toBe("–");
  });
});

it("writes shares, signs, sizes and times with their units", () => {
  expect(formatPercent(0.7312)).toBe("73.1 %");
  expect(formatSigned(0.5)).toBe("+0.500");
  expect(formatLarge(1_330_000)).toBe("1.33 M");
  expect([0, 999, 41_100].map(formatBytes)).toEqual(["0 B", "999 B", "41.1 kB"]);
  expect(formatDuration(185)).toBe("3 min 05 s");
  expect(formatDuration(7800)).toBe("2 h 10 min");
  expect(formatAgo(0, 600_000)).toBe("10 min ago");
});

it("writes times shorter than a second in milliseconds, and values in their unit", () => {
  expect([0.42, 9.6, 423.2, 2700].map(formatMilliseconds)).toEqual(["0.4 ms", "9.6 ms", "423 ms", "2.7 s"]);
  expect(formatValue(355_070_464, "bytes")).toBe("355 MB");
  expect(formatValue(0.0041, "part", 4)).toBe("0.4 %");
  expect(formatValue(null, "bytes")).toBe("–");
});
