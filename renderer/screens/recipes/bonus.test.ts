import { describe, expect, it } from "vitest";
import { bonusEffect, bonusVerdict, type BonusSetup } from "./bonus.ts";

const paper: BonusSetup = { groupSize: 8, right: 2, alpha: 0.3, kind: "binary" };

describe("the temporal bonus under group normalisation", () => {
  it("cancels where rewards are right or wrong, to the fourth digit that the paper's numbers show", () => {
    const effect = bonusEffect(paper);
    expect(effect.none[0]).toBeCloseTo(1.6198, 3);
    expect(effect.reward[0]).toBeCloseTo(1.6199, 3);
    expect(effect.rewardChange).toBeLessThan(2e-4);
    expect(bonusVerdict(paper, effect)).toMatch(/cancels/);
  });

  it("is the bonus itself for right answers when it joins the advantage", () => {
    const { none, advantage, advantageChange } = bonusEffect(paper);
    expect(advantageChange).toBeCloseTo(0.3, 12);
    expect(advantage.slice(2)).toEqual(none.slice(2));
  });

  it("shrinks the length bonus", () => {
    const { none, reward } = bonusEffect({ ...paper, kind: "length" });
    expect([none[0], none[1]].map((value) => value!.toFixed(3))).toEqual(["1.806", "1.416"]);
    expect([reward[0], reward[1]].map((value) => value!.toFixed(3))).toEqual(["1.768", "1.461"]);
  });

  it.each(["format", "partial"] as const)("acts with %s rewards", (kind) => {
    const setup = { ...paper, right: 4, kind };
    expect(bonusVerdict(setup, bonusEffect(setup))).toMatch(/acts/);
  });

  it("says so where there is nobody to reward or nothing to tell apart", () => {
    const none = { ...paper, right: 0 };
    expect(bonusVerdict(none, bonusEffect(none))).toMatch(/Nobody is right/);
    const all = { ...paper, right: 8 };
    expect(bonusVerdict(all, bonusEffect(all))).toMatch(/dead/);
  });
});
