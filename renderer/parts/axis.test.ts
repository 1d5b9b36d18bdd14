import { expect, it } from "vitest";
import { axisTicks, formatTick } from "./axis.ts";

it("encloses the data with round steps", () => {
  expect(axisTicks(1.62, 1.98)).toEqual([1.6, 1.8, 2]);
  expect(axisTicks(0.3, 2.1)).toEqual([0, 1, 2, 3]);
  expect(axisTicks(-4, 5)).toEqual([-5, 0, 5]);
});

it("starts at zero for what hovers about zero", () => {
  expect(axisTicks(-0.01, 2.9)[0]).toBe(0);
  expect(axisTicks(0, 0.0015)).toEqual([0, 0.0005, 0.001, 0.0015]);
});

it("survives constant and missing data", () => {
  expect(axisTicks(5_803_136, 5_803_136)).toEqual([0, 2e6, 4e6, 6e6]);
  expect(axisTicks(0, 0).length).toBeGreaterThan(1);
  expect(axisTicks(Infinity, -Infinity)).toEqual([0, 1]);
});

it("writes ticks short", () => {
  expect([0, 0.05, 0.0015, 1200, -2.5].map((value) => formatTick(value))).toEqual([
    "0",
    "0.05",
    "1.5e−3",
    "1,200",
    "−2.5",
  ]);
  expect([20_000, 2_500_000].map((value) => formatTick(value))).toEqual(["20k", "2.5M"]);
  expect(formatTick(40_000_000, "bytes")).toBe("40 MB");
  expect([formatTick(0.15, "part"), formatTick(300, "milliseconds")]).toEqual(["15 %", "300 ms"]);
});
