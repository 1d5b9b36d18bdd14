import { describe, expect, it } from "vitest";
import type { AlertRule } from "../../contract/alerts.ts";
import { alertsOf, alertsOfRule, type AlertPoint } from "./evaluate.ts";
import { DEFAULT_ALERT_RULES, describeRule } from "./rules.ts";

const ruleOf = (id: string): AlertRule => DEFAULT_ALERT_RULES.find((rule) => rule.id === id)!;
const points = (values: readonly (number | null)[]): AlertPoint[] =>
  values.map((value, index) => ({ step: index + 1, value }));
const constant = (value: number, count: number) => Array.from({ length: count }, () => value);
const found = (id: string, values: readonly (number | null)[], starts: readonly number[] = [1]) =>
  alertsOfRule(ruleOf(id), points(values), starts).map(({ fromStep, toStep, ongoing }) => [fromStep, toStep, ongoing]);

describe("the alerts of a run", () => {
  it("raise a loss that is no number at once, and end when it is one again", () => {
    expect(found("not-finite", [1, null, null, 2])).toEqual([[2, 3, false]]);
    expect(found("not-finite", [1, 2, null])).toEqual([[3, 3, true]]);
  });

  it("raise a KL that jumps against the updates before, with the bound that it broke", () => {
    const alerts = alertsOfRule(ruleOf("kl-jump"), points([...constant(0.02, 20), 0.3, 0.4, 0.02]), [1]);
    expect(alerts).toMatchObject([{ fromStep: 21, toStep: 22, value: 0.4, bound: 0.1, ongoing: false }]);
  });

  it("raise no jump where KL only starts from almost nothing", () => {
    expect(found("kl-jump", [...constant(0.0001, 10), 0.002, 0.004, 0.01])).toEqual([]);
  });

  it("do not take what breaks the rule as the new normal", () => {
    const slow = [...constant(1000, 60), ...constant(300, 100)];
    expect(found("throughput-drop", slow)).toEqual([[61, 160, true]]);
  });

  it("see entropy, length and groups collapse, but not for a single update", () => {
    expect(found("entropy-collapse", [...constant(1, 20), ...constant(0.1, 12)])).toEqual([[21, 32, true]]);
    expect(found("entropy-collapse", [...constant(1, 20), 0.1, ...constant(1, 5)])).toEqual([]);
    expect(found("length-collapse", [...constant(300, 20), ...constant(120, 6)])).toEqual([[21, 26, true]]);
    expect(found("dead-groups", constant(0.9, 19))).toEqual([]);
    expect(found("dead-groups", constant(0.9, 20))).toEqual([[1, 20, true]]);
  });

  it("compare nothing with the stage before: RL answers in another way than SFT", () => {
    const values = [...constant(1000, 60), ...constant(300, 60)];
    expect(found("throughput-drop", values, [1, 61])).toEqual([]);
  });

  it("can be changed and turned off, and say their condition with its numbers", () => {
    const strict = { ...ruleOf("dead-groups"), threshold: 0.5, steps: 3 };
    expect(alertsOfRule(strict, points(constant(0.6, 3)), [1])).toHaveLength(1);
    expect(alertsOfRule({ ...strict, enabled: false }, points(constant(0.6, 3)), [1])).toEqual([]);
    expect(describeRule(strict)).toBe("frac_reward_zero_std > 0.5 in 3 updates in a row");
  });

  it("come newest first, and none for metrics that the run does not have", () => {
    const series = new Map([
      ["loss", points([null, 1, 1])],
      ["grad_norm", points([...constant(1, 10), 50])],
    ]);
    expect(alertsOf(DEFAULT_ALERT_RULES, series, [1]).map(({ rule }) => rule)).toEqual(["gradient-jump", "not-finite"]);
  });
});
