import { describe, expect, it } from "vitest";
import { learningRateAt, type Schedule } from "./schedules.ts";

const base: Schedule = { name: "cosine", learningRate: 1e-6, warmupSteps: 0, totalSteps: 65_768 };

describe("learningRateAt", () => {
  it("is effectively constant over Video-R1's first 1,200 steps (specification, 4.3)", () => {
    expect(learningRateAt(1200, base)).toBeCloseTo(0.9992e-6, 10);
  });

  it("warms up, stays and falls with wsd", () => {
    const schedule: Schedule = {
      name: "wsd",
      learningRate: 1,
      warmupSteps: 10,
      totalSteps: 100,
      decayShare: 0.3,
      minRatio: 0.1,
    };
    expect(learningRateAt(5, schedule)).toBe(0.5);
    expect(learningRateAt(69, schedule)).toBe(1);
    expect(learningRateAt(85, schedule)).toBeCloseTo(0.55, 12);
    expect(learningRateAt(100, schedule)).toBeCloseTo(0.1, 12);
  });

  it("can spend its first update", () => {
    expect(learningRateAt(0, { ...base, warmupSteps: 10, warmupFromFirst: true })).toBeCloseTo(1e-7, 15);
  });
});
