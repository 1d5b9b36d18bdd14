import { describe, expect, it } from "vitest";
import { formatReward } from "./format.ts";

const good = "<think>a</think>\n<answer>b</answer>";

describe("formatReward", () => {
  it("wants one block after the other and nothing around them", () => {
    expect(formatReward(good)).toBe(1);
    expect(formatReward(`${good}\n`)).toBe(0);
    expect(formatReward(` ${good}`)).toBe(0);
    expect(formatReward("<think>a</think> so <answer>b</answer>")).toBe(0);
    expect(formatReward("<answer>b</answer>")).toBe(0);
  });

  it("lets empty and repeated blocks pass, as upstream does", () => {
    expect(formatReward("<think></think><answer></answer>")).toBe(1);
    expect(formatReward("<think>a</think><think>b</think><answer>c</answer>")).toBe(1);
    expect(formatReward(`${good}<answer>c</answer>`)).toBe(1);
  });

  it("can forgive white space and refuse repeated tags", () => {
    expect(formatReward(`${good}\n`, { strip: true })).toBe(1);
    expect(formatReward(`${good}<answer>c</answer>`, { exactlyOnce: true })).toBe(0);
    expect(formatReward(good, { exactlyOnce: true })).toBe(1);
  });
});
