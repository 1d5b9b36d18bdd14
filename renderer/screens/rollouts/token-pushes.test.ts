import { expect, it } from "vitest";
import { whatIfSettings } from "../../../science/what-if.ts";
import { withPush } from "./token-pushes.ts";

const tokens = (advantage: number) => ({
  tokens: ["a", "b"],
  ids: [1, 2],
  channels: { logProb: [-1, -1], referenceLogProb: [-1, -3], advantage: [advantage, advantage] },
});
const settings = { ...whatIfSettings({ "rl.objective": "video_r1" }), beta: 0.5, klClamp: 0 };

it("pushes up with a positive advantage, less where the policy has left the reference", () => {
  const [near, far] = withPush(tokens(2), settings).channels["push"]!;
  expect(near).toBeCloseTo(2 / 2, 6);
  expect(far).toBeCloseTo((2 - 0.5 * (1 - Math.exp(-2))) / 2, 6);
});

it("leaves only the KL's pull where the advantage is 0, and nothing without an advantage", () => {
  const [near, far] = withPush(tokens(0), settings).channels["push"]!;
  expect(near).toBeCloseTo(0, 12);
  expect(far).toBeLessThan(0);
  const shuffled = { tokens: ["a"], ids: [1], channels: { logProb: [-1] } };
  expect(withPush(shuffled, settings)).toBe(shuffled);
});
