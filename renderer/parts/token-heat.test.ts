import { expect, it } from "vitest";
import { channelValues, heatColor, scaleOf } from "./token-heat.ts";

it("computes the KL to the reference from both log-probabilities with k3", () => {
  const values = channelValues({ tokens: ["a"], ids: [1], channels: { logProb: [-1], referenceLogProb: [-2] } }, "kl");
  expect(values![0]).toBeCloseTo(Math.exp(-1) + 1 - 1, 12);
});

it("has nothing to colour where a run did not journal the channel", () => {
  expect(channelValues({ tokens: [], ids: [], channels: {} }, "kl")).toBeUndefined();
  expect(channelValues({ tokens: [], ids: [], channels: {} }, "entropy")).toBeUndefined();
});

it("keeps advantages symmetric around zero and shows their sign", () => {
  const scale = scaleOf("advantage", [-0.5, 2]);
  expect(scale).toEqual({ low: -2, high: 2 });
  expect(heatColor("advantage", 1, scale)).toContain("--good");
  expect(heatColor("advantage", -1, scale)).toContain("--bad");
});

it("colours improbable tokens strongly and certain ones not at all", () => {
  const scale = { low: -4, high: 0 };
  expect(heatColor("logProb", 0, scale)).toContain(" 0%");
  expect(heatColor("logProb", -9, scale)).toContain(" 48%");
});

it("takes the ratio from the newest log-probability over the one at sampling", () => {
  const tokens = { tokens: ["a"], ids: [1], channels: { logProb: [-1], oldLogProb: [-1], newLogProb: [-0.5] } };
  expect(channelValues(tokens, "ratio")![0]).toBeCloseTo(Math.exp(0.5), 12);
  expect(channelValues({ ...tokens, channels: { logProb: [-1] } }, "ratio")).toBeUndefined();
  const scale = scaleOf("ratio", [0.8, 1, 1.1]);
  expect(scale.low).toBeCloseTo(0.8, 12);
  expect(scale.high).toBeCloseTo(1.2, 12);
});
