import { describe, expect, it } from "vitest";
import { placed, placeOfStep, placeTicks, serviceRange, writeFirstTick, writeTick } from "./chart-axis.ts";

const MINUTE = 60_000;

describe("the axis of a chart", () => {
  it("has round ticks within the data on every axis", () => {
    expect(placeTicks("step", 81, 280)).toEqual([100, 150, 200, 250]);
    expect(placeTicks("step", 1, 4)).toEqual([1, 2, 3, 4]);
    expect(placeTicks("relative", 0, 9 * MINUTE)).toEqual([0, 2, 4, 6, 8].map((count) => count * MINUTE));
    expect(placeTicks("tokens", 900, 1_030_000)).toEqual([250_000, 500_000, 750_000, 1_000_000]);
    for (const tick of placeTicks("wall", Date.now(), Date.now() + 50 * MINUTE)) {
      expect(new Date(tick).getMinutes() % 10).toBe(0);
    }
  });

  it("writes ticks as short as their distance allows", () => {
    expect(writeTick("relative", 30_000, 120_000)).toBe("30 s");
    expect(writeTick("relative", 90_000, 120_000)).toBe("1:30 min");
    expect(writeTick("relative", 150_000, 30 * MINUTE)).toBe("2.5 min");
    expect(writeTick("tokens", 250_000, 1e6)).toBe("250 k");
    expect(writeTick("tokens", 2_500_000, 1e7)).toBe("2.5 M");
    expect(writeTick("wall", new Date(2026, 10, 21, 7, 5).getTime(), 30 * MINUTE)).toBe("07:05");
  });

  it("names what it counts at the first tick, unless the tick has a unit", () => {
    expect(writeFirstTick("step", 150, 200)).toBe("step 150");
    expect(writeFirstTick("tokens", 250_000, 1e6)).toBe("250 k tokens");
    expect(writeFirstTick("relative", 30_000, 120_000)).toBe("30 s");
  });

  it("counts elapsed time from each run's own start, and asks the service for the clock's", () => {
    const point = { x: 5000, step: 2, time: 5000, value: 1, min: 1, max: 1 };
    expect(placed([point], "relative", 4000)[0]!.x).toBe(1000);
    expect(placed([point], "wall", 4000)[0]!.x).toBe(5000);
    expect(serviceRange("relative", { from: 0, to: 1000 }, 4000)).toEqual({ from: 4000, to: 5000 });
    expect(serviceRange("step", null, 4000)).toEqual({});
  });

  it("finds where a step lies: between its neighbours, nowhere outside", () => {
    const points = [
      { step: 10, x: 100 },
      { step: 20, x: 300 },
    ];
    expect([5, 10, 15, 20, 21].map((step) => placeOfStep(points, step))).toEqual([null, 100, 200, 300, null]);
  });
});
