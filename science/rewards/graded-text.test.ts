import { describe, expect, it } from "vitest";
import { gradedScore, GRADING_FEATURES, GRADING_WEIGHTS, gradingFeatures, onRewardBertScale } from "./graded-text.ts";
import { gradingPairs } from "./grading-pairs.ts";

/** Newton's method for logistic regression with a small ridge: the fit behind the weights. */
function fitted(seed: number, count: number, ridge = 1): number[] {
  const rows = gradingPairs(seed, count).map(({ truth, answer, same }) => ({
    x: gradingFeatures(truth, answer),
    y: same ? 1 : 0,
  }));
  const size = GRADING_FEATURES.length;
  let weights = new Array<number>(size).fill(0);
  for (let round = 0; round < 60; round++) {
    const gradient = weights.map((weight) => -ridge * weight);
    const hessian = weights.map((_, i) => weights.map((__, j) => (i === j ? ridge : 0)));
    for (const { x, y } of rows) {
      const p = 1 / (1 + Math.exp(-x.reduce((sum, value, i) => sum + value * weights[i]!, 0)));
      for (let i = 0; i < size; i++) {
        gradient[i]! += (y - p) * x[i]!;
        for (let j = 0; j < size; j++) hessian[i]![j]! += p * (1 - p) * x[i]! * x[j]!;
      }
    }
    const step = solve(hessian, gradient);
    weights = weights.map((weight, i) => weight + step[i]!);
  }
  return weights;
}

function solve(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const rows = matrix.map((row, i) => [...row, right[i]!]);
  for (let column = 0; column < rows.length; column++) {
    const pivot = rows[column]!;
    for (const [index, row] of rows.entries()) {
      if (index === column) continue;
      const factor = row[column]! / pivot[column]!;
      for (let at = column; at < row.length; at++) row[at]! -= factor * pivot[at]!;
    }
  }
  return rows.map((row, i) => row.at(-1)! / row[i]!);
}

/** Chance that a right answer scores more than a wrong one. */
function areaUnderCurve(right: readonly number[], wrong: readonly number[]): number {
  let sum = 0;
  for (const a of right) for (const b of wrong) sum += a > b ? 1 : a === b ? 0.5 : 0;
  return sum / (right.length * wrong.length);
}

describe("the graded reward", () => {
  it("has the weights that its fit gives", () => {
    fitted(1, 3000).forEach((weight, index) => expect(weight).toBeCloseTo(GRADING_WEIGHTS[index]!, 3));
  });

  it("tells same from different on pairs it was not fitted on, also where most words are shared", () => {
    const pairs = gradingPairs(2, 1500).map((pair) => ({ ...pair, score: gradedScore(pair.truth, pair.answer) }));
    const scores = (keep: (pair: (typeof pairs)[0]) => boolean) => pairs.filter(keep).map(({ score }) => score);
    const wrong = scores(({ same }) => !same);
    const traps = scores(({ overlapping }) => overlapping);
    expect(
      areaUnderCurve(
        scores(({ same }) => same),
        wrong,
      ),
    ).toBeGreaterThan(0.97);
    // Third parties report 53 % of such traps above 0.5 for RewardBert.
    expect(traps.length).toBeGreaterThan(300);
    expect(traps.filter((score) => score > 0.5).length / traps.length).toBeLessThan(0.1);
  });

  it("gives a part of the reward for a part of the answer, and next to none for the other polarity", () => {
    const truth = "yes the red ring goes up";
    const scores = ["yes the red ring goes up", "yes it goes up", "no the red ring goes up", "no"].map((answer) =>
      gradedScore(truth, answer),
    );
    expect(scores[0]).toBe(1);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores[2]).toBeLessThan(0.2);
    expect(gradedScore("no", "yes")).toBeLessThan(0.05);
  });

  it("is reported on RewardBert's scale", () => {
    expect(onRewardBertScale(0.2911)).toBeCloseTo(2.1646, 3);
  });
});
