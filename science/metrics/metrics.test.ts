import { describe, expect, it } from "vitest";
import { bootstrapInterval, pairedBootstrap } from "./bootstrap.ts";
import { boxIou, temporalIou, tubeIou } from "./grounding.ts";
import { maskScores } from "./masks.ts";
import { meanRelativeAccuracy, meanRelativeAccuracyVeripo } from "./mra.ts";
import { porterStem } from "./porter.ts";

describe("VerIPO's mean relative accuracy", () => {
  it("has 11 thresholds in the published scorer and 10 on the nominal grid, equality counted", () => {
    const cases = [
      [9, 10, 0.8182, 0.9],
      [7, 10, 0.4545, 0.5],
      [9.6, 10, 1, 1],
      [-9, -10, 0.8182, 0.9],
      [30, 10, 0, 0],
    ] as const;
    for (const [prediction, truth, eleven, ten] of cases) {
      expect(meanRelativeAccuracyVeripo(prediction, truth, 11)).toBeCloseTo(eleven, 4);
      expect(meanRelativeAccuracyVeripo(prediction, truth, 10)).toBeCloseTo(ten, 12);
    }
  });
});

describe("meanRelativeAccuracy", () => {
  it("gives the golden values of Video-R1's evaluation (specification, 8.1)", () => {
    const cases: [number, number, number][] = [
      [2, 2, 1],
      [1.8, 2, 0.8],
      [1.9, 2, 0.9],
      [2.5, 2, 0.5],
      [1, 2, 0],
      [3, 2, 0],
      [0, 0, 1],
      [0.95, 1, 0.9],
    ];
    for (const [prediction, truth, expected] of cases) expect(meanRelativeAccuracy(prediction, truth)).toBe(expected);
  });
});

describe("overlaps", () => {
  it("of intervals, boxes and tubes", () => {
    expect(temporalIou([0, 2], [1, 3])).toBeCloseTo(1 / 3, 12);
    expect(temporalIou([0, 1], [2, 3])).toBe(0);
    expect(boxIou([0, 0, 2, 2], [1, 1, 3, 3])).toBeCloseTo(1 / 7, 12);
    expect(tubeIou({ 1: [0, 0, 1, 1] }, { 1: [0, 0, 1, 1], 2: [0, 0, 1, 1] })).toBe(0.5);
    expect(tubeIou({}, {})).toBe(0);
  });
});

describe("maskScores", () => {
  const mask = (data: number[]) => ({ height: 2, width: 2, data: Uint8Array.from(data) });

  it("is 1 for equal and for two empty masks", () => {
    expect(maskScores(mask([1, 0, 0, 0]), mask([1, 0, 0, 0]))).toMatchObject({ J: 1, F: 1 });
    expect(maskScores(mask([0, 0, 0, 0]), mask([0, 0, 0, 0]))).toMatchObject({ J: 1, F: 1 });
  });

  it("refuses masks of different sizes", () => {
    expect(() => maskScores({ height: 1, width: 4, data: new Uint8Array(4) }, mask([0, 0, 0, 0]))).toThrow(/resize/);
  });
});

describe("porterStem", () => {
  it("follows NLTK's variant", () => {
    expect(["babies", "playing", "skies", "dying", "happiness", "owned"].map(porterStem)).toEqual([
      "babi",
      "play",
      "sky",
      "die",
      "happi",
      "own",
    ]);
  });
});

describe("bootstrap", () => {
  it("covers the mean of a coin about as widely as the normal approximation", () => {
    const scores = Array.from({ length: 400 }, (_, i) => i % 2);
    const [low, high] = bootstrapInterval(scores);
    expect(low).toBeCloseTo(0.5 - 0.049, 1);
    expect(high).toBeCloseTo(0.5 + 0.049, 1);
    expect(bootstrapInterval(scores)).toEqual([low, high]);
  });

  it("sees a paired difference that unpaired intervals would hide", () => {
    const before = Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 1 : 0));
    const after = before.map((score, i) => (i % 10 === 1 ? 1 : score));
    const { difference, interval } = pairedBootstrap(before, after);
    expect(difference).toBeCloseTo(0.1, 12);
    expect(interval[0]).toBeGreaterThan(0);
    expect(() => pairedBootstrap([1], [1, 0])).toThrow(/pairs/);
  });

  it("has no interval without items", () => {
    expect(bootstrapInterval([])).toEqual([Number.NaN, Number.NaN]);
  });
});
