import { describe, expect, it } from "vitest";
import { policyGradient } from "./policy-objective.ts";
import { groupRegression, regGrpo, standardised } from "./reg-grpo.ts";

const rewards = [2, 1, 1, 0];
const ratios = [0.2, 0.05, -0.05, -0.1];
const total = { rows: 4, tokens: 7, groups: 1 };
const lengths = [2, 1, 3, 1];
const old = lengths.map((length, row) => Float64Array.from({ length }, (_, t) => -0.5 - 0.1 * row - 0.05 * t));
/** Log-probabilities whose rows differ from the old ones by `ratios` in sum. */
const policyAt = (moved: readonly number[]): Float64Array[] =>
  old.map((row, k) => row.map((value, t) => value + (t === 0 ? moved[k]! : 0)));

describe("Reg-GRPO", () => {
  it("has the losses of the worked example, with and without a floor", () => {
    const targets = standardised(rewards)!;
    [1.4142, 0, 0, -1.4142].forEach((wanted, index) => expect(targets[index]).toBeCloseTo(wanted, 4));
    expect(groupRegression(ratios, targets, 0).loss).toBeCloseTo(0.14836, 5);
    expect(groupRegression(ratios, targets, 0.1).loss).toBeCloseTo(0.1726, 5);
  });

  it("has the derivative that finite differences find, KL term included", () => {
    const objective = regGrpo({ sigmaFloor: 0.3 });
    const reference = old.map((row) => row.map((value) => value + 0.2));
    const lossOf = (logProbs: Float64Array[]): number =>
      objective.compute(
        { logProbs, oldLogProbs: old, referenceLogProbs: reference, advantages: rewards, groupSizes: [4] },
        { beta: 0.1, total, maxCompletionLength: 8 },
      ).loss;
    const at = policyAt(ratios);
    const { dLogProbs } = objective.compute(
      { logProbs: at, oldLogProbs: old, referenceLogProbs: reference, advantages: rewards, groupSizes: [4] },
      { beta: 0.1, total, maxCompletionLength: 8 },
    );
    at.forEach((row, k) =>
      row.forEach((_, t) => {
        const moved = (by: number): Float64Array[] =>
          at.map((other, i) => other.map((value, j) => value + (i === k && j === t ? by : 0)));
        const slope = (lossOf(moved(1e-5)) - lossOf(moved(-1e-5))) / 2e-5;
        expect(dLogProbs[k]![t]).toBeCloseTo(slope, 6);
      }),
    );
  });

  it("is 2 / floor times the policy gradient at the old policy", () => {
    const advantages = standardised(rewards)!;
    for (const sigmaFloor of [0.01, 0.1, 1]) {
      const batch = { logProbs: old, oldLogProbs: null, advantages, groupSizes: [4] };
      const context = { beta: 0, total, maxCompletionLength: 8 };
      const { dLogProbs } = regGrpo({ sigmaFloor }).compute(batch, context);
      advantages.forEach((advantage, row) =>
        dLogProbs[row]!.forEach((value) => expect(value).toBeCloseTo((2 / sigmaFloor) * (-advantage / 4), 6)),
      );
    }
  });

  it("leaves a group without any difference in reward alone, where GRPO too has nothing to say", () => {
    const batch = { logProbs: old, oldLogProbs: old, advantages: [0, 0, 0, 0], groupSizes: [4] };
    const context = { beta: 0, total, maxCompletionLength: 8 };
    for (const objective of [regGrpo({ sigmaFloor: 0.3 }), policyGradient({ lossType: "grpo" })]) {
      const { loss, dLogProbs } = objective.compute(batch, context);
      expect(loss).toBeCloseTo(0, 12);
      expect(dLogProbs.flatMap((row) => [...row]).every((value) => Math.abs(value) < 1e-12)).toBe(true);
    }
  });
});
