import { describe, expect, it } from "vitest";
import { onlineDpo, rebel, rebelLoss, rewardRegression, rewardRegressionLoss } from "./group-baselines.ts";
import type { PolicyObjective } from "./policy-objective.ts";

const rewards = [2, 1, 1, 0];
const ratios = [0.2, 0.05, -0.05, -0.1];
const lengths = [2, 1, 3, 1];
const total = { rows: 4, tokens: 7, groups: 1 };
const old = lengths.map((length, row) => Float64Array.from({ length }, (_, t) => -0.5 - 0.1 * row - 0.05 * t));
const reference = old.map((row, k) => row.map((value) => value + 0.1 * k));
const at = old.map((row, k) => row.map((value, t) => value + (t === 0 ? ratios[k]! : 0)));

/** By the definition, pair by pair. */
function rebelByPairs(eta: number): number {
  let sum = 0;
  ratios.forEach((own, i) =>
    ratios.forEach((other, j) => {
      if (i !== j) sum += ((own - other) / eta - (rewards[i]! - rewards[j]!)) ** 2;
    }),
  );
  return sum / (ratios.length * (ratios.length - 1));
}

describe("REBEL", () => {
  it("is the mean over pairs of the squared difference of differences", () => {
    for (const eta of [0.1, 1, 3]) expect(rebelLoss(ratios, rewards, eta).loss).toBeCloseTo(rebelByPairs(eta), 9);
  });

  it("does not see a constant added to all rewards", () => {
    const centred = rewards.map((reward) => reward - 1);
    expect(rebelLoss(ratios, centred, 1).loss).toBeCloseTo(rebelLoss(ratios, rewards, 1).loss, 12);
  });
});

describe("the regression of the reward itself", () => {
  it("estimates the partition from the group", () => {
    const lambda = 0.5;
    const logZ = Math.log(rewards.reduce((sum, reward) => sum + Math.exp(reward / lambda), 0) / 4);
    const wanted = rewards.reduce((sum, reward, i) => sum + (reward - lambda * (logZ + ratios[i]!)) ** 2, 0) / 4;
    expect(rewardRegressionLoss(ratios, rewards, lambda).loss).toBeCloseTo(wanted, 12);
  });

  it("is nothing at its optimum, where each log-ratio is the reward over lambda minus the partition", () => {
    const logZ = Math.log(rewards.reduce((sum, reward) => sum + Math.exp(reward), 0) / 4);
    const optimum = rewards.map((reward) => reward - logZ);
    expect(rewardRegressionLoss(optimum, rewards, 1).loss).toBeCloseTo(0, 12);
    expect(
      rewardRegressionLoss(
        optimum,
        rewards.map((reward) => reward - 7),
        1,
      ).loss,
    ).toBeCloseTo(0, 12);
  });
});

describe("online DPO", () => {
  it("has DPO's loss of the group's best and worst rollout against the reference", () => {
    const sum = (k: number): number => at[k]!.reduce((all, value, t) => all + value - reference[k]![t]!, 0);
    const wanted = Math.log(1 + Math.exp(-0.1 * (sum(0) - sum(3))));
    expect(computed(onlineDpo(), at, 0.1).loss).toBeCloseTo(wanted, 12);
  });

  it("says what it needs where there is no reference", () => {
    const batch = { logProbs: at, oldLogProbs: old, advantages: rewards, groupSizes: [4] };
    expect(() => onlineDpo().compute(batch, { beta: 0, total, maxCompletionLength: 8 })).toThrow("rl.klBeta");
  });
});

const computed = (objective: PolicyObjective, logProbs: Float64Array[], beta: number) =>
  objective.compute(
    { logProbs, oldLogProbs: old, referenceLogProbs: reference, advantages: rewards, groupSizes: [4] },
    { beta, total, maxCompletionLength: 8 },
  );

describe("each of them", () => {
  const all: readonly PolicyObjective[] = [rebel(0.7), rewardRegression(0.5), onlineDpo()];
  it.each(all)("$name has the derivative that finite differences find, its hold on the reference included", (one) => {
    const { dLogProbs } = computed(one, at, 0.1);
    at.forEach((row, k) =>
      row.forEach((_, t) => {
        const moved = (by: number): Float64Array[] =>
          at.map((other, i) => other.map((value, j) => value + (i === k && j === t ? by : 0)));
        const slope = (computed(one, moved(1e-5), 0.1).loss - computed(one, moved(-1e-5), 0.1).loss) / 2e-5;
        expect(dLogProbs[k]![t]).toBeCloseTo(slope, 6);
      }),
    );
  });

  it.each(all)("$name leaves a group of equal rewards out", (one) => {
    const batch = { logProbs: at, oldLogProbs: old, referenceLogProbs: at, advantages: [1, 1, 1, 1], groupSizes: [4] };
    const { loss, dLogProbs } = one.compute(batch, { beta: 0.1, total, maxCompletionLength: 8 });
    expect(loss).toBeCloseTo(0, 12);
    expect(dLogProbs.flatMap((row) => [...row]).every((value) => Math.abs(value) < 1e-12)).toBe(true);
  });
});
