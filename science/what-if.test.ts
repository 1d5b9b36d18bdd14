import { describe, expect, it } from "vitest";
import { standardRewards } from "./rewards/standard.ts";
import { videoR1 } from "./recipes/video-r1.ts";
import { changeOf, overridesBetween, ranking, recompute, whatIfSettings, type LoggedGroup } from "./what-if.ts";

const values = videoR1.settings("paper-v4").values;
const base = whatIfSettings(values);
const rollout = (accuracy: number, format: number, temporal: number, tokenCount = 40) => ({
  rewards: { accuracy, temporal, format } as Record<string, number>,
  correct: accuracy === 1,
  tokenCount,
});
/** p 0.5 against 0.75 shuffled: the gate is shut at mu 1 and opens below 2/3. */
const contrasted: LoggedGroup = {
  ordered: [rollout(1, 1, 0), rollout(1, 0, 0, 80), rollout(0, 1, 0), rollout(0, 1, 0)],
  shuffled: [rollout(1, 1, 0), rollout(1, 1, 0), rollout(1, 1, 0), rollout(0, 1, 0)],
};
/** All right, one without format: alive only because of format. */
const easy: LoggedGroup = { ordered: [rollout(1, 1, 0), rollout(1, 1, 0), rollout(1, 0, 0)], shuffled: null };
const before = recompute([contrasted], base, {});

describe("recompute", () => {
  it("gives what the trainer's own parts give under the run's settings", () => {
    const [{ outcome }] = before as [(typeof before)[0]];
    expect(outcome.rewards).toEqual([2, 1, 1, 1]);
    expect(outcome.gate).toMatchObject({ p: 0.5, pShuffled: 0.75, passed: false });
    expect(outcome.advantages[0]).toBeCloseTo(0.75 / (0.5 + 1e-4), 12);
  });

  it("opens the gate and pays the bonus when mu is lowered", () => {
    const after = recompute([contrasted], { ...base, temporal: { ...base.temporal, mu: 0.6 } }, {});
    expect(after[0]!.outcome.parts.map((parts) => parts["temporal"])).toEqual([0.3, 0.3, 0, 0]);
    const change = changeOf(before, after);
    expect(change).toMatchObject({ gatesOpened: 1, gatesClosed: 0, reranked: 1, revived: 0, died: 0 });
    // 1.3 instead of 1 is still below the mean of 1.4: ranked higher, pushed down less, no sign changes.
    expect(change.flipped).toBe(0);
    expect(after[0]!.outcome.advantages[1]).toBeGreaterThan(before[0]!.outcome.advantages[1]!);
  });

  it("kills a group that only format keeps alive, and the other way round", () => {
    const alive = recompute([easy], base, {});
    const dead = recompute([easy], { ...base, weights: { accuracy: 1, format: 0 } }, {});
    expect([alive[0]!.outcome.dead, dead[0]!.outcome.dead]).toEqual([false, true]);
    expect(changeOf(alive, dead)).toMatchObject({ died: 1, revived: 0, flipped: 3, rollouts: 3 });
    expect(changeOf(dead, alive)).toMatchObject({ died: 0, revived: 1 });
  });

  it("takes the factors out under which the parts were journalled, also where accuracy counted nothing", () => {
    const halved = {
      ordered: contrasted.ordered.map((one) => ({
        ...one,
        rewards: { ...one.rewards, format: one.rewards["format"]! / 2 },
      })),
      shuffled: contrasted.shuffled,
    };
    expect(recompute([halved], base, { format: 0.5 })[0]!.outcome.rewards).toEqual([2, 1, 1, 1]);
    const unpaid = { ordered: [{ ...rollout(0, 1, 0), correct: true }, rollout(0, 1, 0)], shuffled: null };
    expect(recompute([unpaid], base, { accuracy: 0 })[0]!.outcome.rewards).toEqual([2, 1]);
  });

  it("pulls each token of a short answer harder under grpo, and all tokens alike under dapo", () => {
    const pulls = (objective: "grpo" | "dapo") => recompute([contrasted], { ...base, objective }, {})[0]!;
    const grpo = pulls("grpo");
    grpo.pulls.forEach((pull, index) => expect(pull).toBeCloseTo(grpo.outcome.advantages[index]! / 4, 6));
    const dapo = pulls("dapo");
    expect(dapo.pulls[1]! / dapo.pulls[2]!).toBeCloseTo(80 / 40, 6);
  });

  it("normalises over all groups where the mode says so", () => {
    const two: LoggedGroup[] = [
      { ordered: [rollout(1, 1, 0), rollout(0, 1, 0)], shuffled: null },
      { ordered: [rollout(1, 1, 0), rollout(1, 1, 0)], shuffled: null },
    ];
    const [first] = recompute(two, { ...base, advantage: "batch" }, {});
    expect(first!.outcome.advantages[0]).toBeCloseTo(0.5 / (0.5 + 1e-4), 6);
  });
});

describe("overridesBetween", () => {
  it("names recipe fields that the recipe takes", () => {
    const after = {
      ...base,
      weights: { ...base.weights, format: 0.5 },
      temporal: { ...base.temporal, mu: 0.8, apply: "advantage" as const },
      advantage: "none" as const,
      objective: "dr_grpo" as const,
    };
    const overrides = overridesBetween(base, after);
    expect(overrides).toEqual({
      "reward.format": 0.5,
      "temporal.mu": 0.8,
      "temporal.apply": "advantage",
      "rl.advantage": "none",
      "rl.objective": "dr_grpo",
    });
    const settings = videoR1.settings("paper-v4", overrides);
    expect(whatIfSettings(settings.values)).toEqual(after);
    expect(overridesBetween(base, base)).toEqual({});
  });

  it("has factors that the trainer's parts obey", () => {
    const { temporal, length } = base;
    const parts = standardRewards({
      temporal,
      length,
      format: { strip: false, exactlyOnce: false },
      weights: { accuracy: 1, format: 0.5 },
    });
    const format = parts.find(({ name }) => name === "format")!;
    const said = { text: "<think>a</think><answer>b</answer>", prediction: "b", accuracy: 1, tokenCount: 3 };
    expect("score" in format && format.score(said, {} as never)).toBe(0.5);
  });
});

it("gives equal values one rank", () => {
  expect(ranking([2, 1, 2, 0])).toEqual([0, 2, 0, 3]);
});
