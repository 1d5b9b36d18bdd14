import { describe, expect, it } from "vitest";
import type { Sample } from "../records.ts";
import { accuracyPart } from "./accuracy.ts";
import { formatPart } from "./format.ts";
import { scoreGroup } from "./group.ts";
import { checkRewardNames, scoreRollout, type Reward, type RewardedRollout, type RewardGroup } from "./reward.ts";
import { standardRewards } from "./standard.ts";

const sample: Sample = {
  id: "row-7",
  question: "Which way?",
  dataType: "video",
  problemType: "multiple choice",
  options: [],
  solution: "<answer>A</answer>",
  answer: "A",
  path: "a.mp4",
  task: "",
  extra: {},
};
const said = (text: string, accuracy: number, tokenCount = 10): RewardedRollout => ({
  text,
  prediction: "",
  accuracy,
  tokenCount,
});
const right = said("<think>because</think><answer>A</answer>", 1);
const wrong = said("B", 0, 40);
const group: RewardGroup = { sample, rollouts: [right, wrong], shuffled: [wrong] };
const normalisation = { advantage: "group", epsilon: 1e-4 } as const;
const brief: Reward = { name: "brief", score: (rollout) => Math.max(0, 0.2 - rollout.tokenCount / 100) };

describe("reward parts", () => {
  it("add up by name in the order of the list, a recipe's own part like any other", () => {
    const outcome = scoreGroup(group, [accuracyPart, formatPart({}), brief], normalisation);
    expect(outcome.parts).toEqual([
      { accuracy: 1, format: 1, brief: 0.1 },
      { accuracy: 0, format: 0, brief: 0 },
    ]);
    expect(outcome.rewards).toEqual([2.1, 0]);
    expect(outcome.advantages[0]).toBeGreaterThan(0);
  });

  it("may leave accuracy out of the reward", () => {
    expect(scoreGroup(group, [brief], normalisation).rewards).toEqual([0.1, 0]);
  });

  it("score one rollout without those that compare a group", () => {
    const parts = standardRewards({
      temporal: {
        enabled: true,
        mu: 1,
        alpha: 0.3,
        rule: "mean",
        proportionAbove: 0.5,
        eligibleAbove: 0.1,
        apply: "reward",
      },
      length: { enabled: true, minTokens: 1, maxTokens: 20, omega: 0.2, needsTwo: false },
      format: {},
    });
    expect(scoreGroup(group, parts, normalisation).parts[0]).toEqual({
      accuracy: 1,
      temporal: 0.3,
      format: 1,
      length: 0.2,
    });
    expect(scoreRollout(parts, right, sample)).toEqual({ accuracy: 1, format: 1 });
  });

  it("are refused with part and row when they give no finite number", () => {
    const broken = { name: "broken", score: () => Number.NaN };
    expect(() => scoreGroup(group, [accuracyPart, broken], normalisation)).toThrow(/"broken" gave NaN for row row-7/);
    const short = { name: "short", scoreGroup: () => ({ rewards: [1] }) };
    expect(() => scoreGroup(group, [short], normalisation)).toThrow(/"short" gave nothing for row row-7/);
  });

  it("are refused when names collide or cannot be shown", () => {
    expect(() => checkRewardNames([brief, brief])).toThrow(/Two rewards are called "brief"/);
    expect(() => checkRewardNames([{ ...brief, name: "a/b" }])).toThrow(/cannot be used/);
  });
});
