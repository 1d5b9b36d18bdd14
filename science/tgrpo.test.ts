import { describe, expect, it } from "vitest";
import type { LengthSettings } from "./rewards/length.ts";
import { lengthBonus } from "./rewards/length.ts";
import { temporalGate, type TemporalSettings } from "./rewards/temporal.ts";
import { shapeGroup, type GroupSettings } from "./tgrpo.ts";

const code: TemporalSettings = {
  enabled: true,
  mu: 0.8,
  alpha: 0.3,
  rule: "mean",
  proportionAbove: 0.5,
  eligibleAbove: 0.1,
  apply: "reward",
};
const paper: TemporalSettings = { ...code, mu: 1, rule: "proportion" };
const noLength: LengthSettings = { enabled: false, minTokens: 320, maxTokens: 512, omega: 0.2, needsTwo: false };
const group = (temporal: TemporalSettings, length = noLength): GroupSettings => ({
  temporal,
  length,
  advantage: "group",
});
const twoOfEight = [1, 1, 0, 0, 0, 0, 0, 0];
const ones = new Array<number>(8).fill(1);
const lengths = new Array<number>(8).fill(100);

describe("temporalGate", () => {
  it("passes with slack 0.8 under the code's rule and not under the paper's", () => {
    const ordered = [1, 1, 1, 0, 1, 0, 1, 0];
    const shuffled = [1, 1, 1, 0];
    expect(temporalGate(ordered, shuffled, code)).toMatchObject({
      p: 0.625,
      pShuffled: 0.75,
      passed: true,
      eligible: [0, 1, 2, 4, 6],
    });
    expect(temporalGate(ordered, shuffled, paper)).toMatchObject({ passed: false, eligible: [] });
  });

  it("passes on equality, also when nobody is right and nobody is eligible", () => {
    expect(temporalGate([0, 0], [0], paper)).toMatchObject({ passed: true, eligible: [] });
    expect(temporalGate([1, 0], [1, 0], paper).passed).toBe(true);
  });

  it("counts continuous answers from the threshold under the proportion rule", () => {
    expect(temporalGate([0.5, 0.4], [0.49], paper).p).toBe(0.5);
    expect(temporalGate([0.5, 0.4], [0.49], code).p).toBeCloseTo(0.45, 12);
  });

  it("never passes on an empty group", () => {
    expect(temporalGate([1, 1], [], paper).passed).toBe(false);
  });
});

describe("lengthBonus", () => {
  const settings: LengthSettings = { ...noLength, enabled: true };

  it("includes both bounds of the window", () => {
    expect(lengthBonus([1, 1, 1, 1], [319, 320, 512, 513], settings)).toEqual([0, 0.2, 0.2, 0]);
  });

  it("gives wrong answers nothing", () => {
    expect(lengthBonus([0.1, 0.11], [400, 400], settings)).toEqual([0, 0.2]);
  });

  it("needs two right answers only under the code's rule", () => {
    expect(lengthBonus([1, 0], [400, 400], settings)).toEqual([0.2, 0]);
    expect(lengthBonus([1, 0], [400, 400], { ...settings, needsTwo: true })).toEqual([0, 0]);
  });
});

describe("shapeGroup", () => {
  const scores = { accuracies: twoOfEight, formats: ones, tokenCounts: lengths, shuffledAccuracies: [0, 0, 0, 0] };

  it("gives the temporal bonus only to correct ordered rollouts", () => {
    const outcome = shapeGroup(scores, group(paper));
    expect(outcome.parts.map((part) => part.temporal)).toEqual([0.3, 0.3, 0, 0, 0, 0, 0, 0]);
    expect(outcome.rewards[0]).toBeCloseTo(2.3, 12);
    expect(outcome.rewards[7]).toBe(1);
  });

  it("changes almost nothing when every right answer has the bonus: normalisation cancels it (specification, 5.7)", () => {
    const withBonus = shapeGroup(scores, group(paper)).advantages[0]!;
    const without = shapeGroup({ ...scores, shuffledAccuracies: null }, group(paper)).advantages[0]!;
    expect(withBonus).toBeCloseTo(1.6199, 3);
    expect(Math.abs(withBonus - without)).toBeLessThan(2e-4);
  });

  it("shrinks the relative weight of the length bonus", () => {
    const long = { ...scores, tokenCounts: [400, ...lengths.slice(1)] };
    const withLength = group(paper, { ...noLength, enabled: true });
    const both = shapeGroup(long, withLength).advantages;
    const lengthOnly = shapeGroup({ ...long, shuffledAccuracies: null }, withLength).advantages;
    expect([both[0], both[1]].map((value) => value!.toFixed(3))).toEqual(["1.768", "1.461"]);
    expect([lengthOnly[0], lengthOnly[1]].map((value) => value!.toFixed(3))).toEqual(["1.806", "1.416"]);
  });

  it("survives normalisation when it joins the advantage", () => {
    const plain = shapeGroup({ ...scores, shuffledAccuracies: null }, group(paper)).advantages;
    const outcome = shapeGroup(scores, group({ ...paper, apply: "advantage" }));
    expect(outcome.advantages[0]! - plain[0]!).toBeCloseTo(0.3, 12);
    expect(outcome.advantages[7]).toBe(plain[7]);
    expect(outcome.rewards[0]).toBe(2);
  });

  it("has no gate for pictures and plain GRPO", () => {
    expect(shapeGroup({ ...scores, shuffledAccuracies: null }, group(paper)).gate).toBeNull();
    expect(shapeGroup(scores, group({ ...paper, enabled: false })).gate).toBeNull();
  });

  it("marks a group in which nothing differs as dead, with advantages of exactly 0", () => {
    const outcome = shapeGroup({ ...scores, accuracies: ones }, group(paper));
    expect(outcome.dead).toBe(true);
    expect(outcome.advantages.every((value) => value === 0)).toBe(true);
  });

  it("adds parts up to the reward", () => {
    const outcome = shapeGroup(
      { ...scores, tokenCounts: lengths.map(() => 400) },
      group(paper, { ...noLength, enabled: true }),
    );
    outcome.parts.forEach((part, i) => {
      expect(Object.values(part).reduce((sum, value) => sum + value, 0)).toBeCloseTo(outcome.rewards[i]!, 12);
    });
  });
});
