import { describe, expect, it } from "vitest";
import type { RolloutView } from "../../contract/methods.ts";
import { claimsOf, thoughtOf } from "./claims-of.ts";

const rollout = (id: number, prediction: string, correct: boolean): RolloutView => ({
  id,
  index: id,
  text: `<think>t${id}</think>\n<answer>${prediction}</answer>`,
  stopReason: "stop",
  prediction,
  correct,
  rewards: {},
  reward: 0,
  advantage: null,
  tokenCount: 3,
});

describe("claims of a group", () => {
  it("are counted with an example each, the most frequent first; silence is a claim of its own", () => {
    const claims = claimsOf([
      rollout(1, "no", true),
      rollout(2, "yes", false),
      rollout(3, " yes", false),
      rollout(4, "", false),
    ]);
    expect(claims.map(({ text, count, right, example }) => [text, count, right, example.id])).toEqual([
      ["yes", 2, false, 2],
      ["no", 1, true, 1],
      ["no answer", 1, false, 4],
    ]);
  });

  it("come with the thought without its tags", () => {
    expect(thoughtOf("<think>0 s left.\nSo left</think><answer>no</answer>")).toBe("0 s left.\nSo left");
    expect(thoughtOf("no tags")).toBe("no tags");
  });
});
