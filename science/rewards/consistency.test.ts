import { describe, expect, it } from "vitest";
import { groupAdvantages } from "../advantages.ts";
import { consistencyBonuses } from "./consistency.ts";

const care = { weight: 0.5, ceiling: 0.95, margin: 0, form: "care" } as const;
const rollouts = (accuracies: readonly number[], likelihoods: readonly (number | null)[]) =>
  accuracies.map((accuracy, index) => ({
    text: "",
    prediction: "",
    accuracy,
    tokenCount: 0,
    answerLikelihood: likelihoods[index]!,
  }));

describe("GRPO-CARE's bonus", () => {
  it("goes to the right answers that the reference finds at least as likely as the right ones' mean", () => {
    const bonuses = consistencyBonuses(rollouts([1, 1, 0, 1], [0.97, 0.6, 0.9, 0.8]), care);
    expect(bonuses).toEqual([0.5, 0, 0, 0.5]);
    const rewards = [1, 1, 0, 1].map((accuracy, index) => accuracy + 1 + bonuses[index]!);
    expect(rewards).toEqual([2.5, 2, 1, 2.5]);
    groupAdvantages(rewards, "group").forEach((value, index) =>
      expect(value).toBeCloseTo([0.707, 0, -1.414, 0.707][index]!, 3),
    );
  });

  it("goes to nobody where nothing is right, and needs an answer", () => {
    expect(consistencyBonuses(rollouts([0, 0.05], [0.9, 0.9]), care)).toEqual([0, 0]);
    expect(consistencyBonuses(rollouts([1, 1], [null, 0.5]), care)).toEqual([0, 0.5]);
  });

  it("is accuracy times likelihood for all in the dense ablation", () => {
    const dense = consistencyBonuses(rollouts([1, 0.5], [0.8, 0.4]), { ...care, form: "dense" });
    expect(dense[0]).toBeCloseTo(0.4, 12);
    expect(dense[1]).toBeCloseTo(0.1, 12);
  });

  it("is what the reference's own answer is worth in the ablation that lets it answer again", () => {
    const again = rollouts([1, 0, 1], [null, null, null]).map((one, index) => ({
      ...one,
      accuracyAgain: [1, 1, null][index],
    }));
    expect(consistencyBonuses(again, { ...care, form: "refgen" })).toEqual([0.5, 0.5, 0]);
  });

  it("goes to as many others in the control that takes it from who it is meant for", () => {
    const group = rollouts([1, 1, 0, 1], [0.97, 0.6, 0.9, 0.8]);
    const meant = consistencyBonuses(group, care);
    const given = consistencyBonuses(group, { ...care, form: "misattributed" });
    expect(given).toEqual([0.5, 0.5, 0, 0]);
    expect(given.filter(Boolean)).toHaveLength(meant.filter(Boolean).length);
  });
});
