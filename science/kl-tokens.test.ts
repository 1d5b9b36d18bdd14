import { describe, expect, it } from "vitest";
import { klTokenWeights } from "./kl-tokens.ts";
import { grpoObjective } from "./objectives/grpo.ts";

const rollout = (accuracy: number, tokens: number, answer: [number, number] | null) => ({ accuracy, tokens, answer });

describe("which tokens a KL term counts", () => {
  it("are all, those of accurate rollouts, or thought and answer alike", () => {
    const group = [rollout(1, 3, [2, 3]), rollout(0, 2, null)];
    expect(klTokenWeights("all", group)).toBeNull();
    expect(klTokenWeights("accurate", group)!.map((row) => [...row])).toEqual([
      [1, 1, 1],
      [0, 0],
    ]);
    expect(klTokenWeights("split", group)!.map((row) => [...row])).toEqual([
      [1.5, 1.5, 3],
      [1, 1],
    ]);
  });

  it("make the row's KL the sum of both means where it is split", () => {
    const [logProbs, referenceLogProbs] = [[[-1, -2, -0.5, -3]], [[-1.5, -1, -0.7, -2]]];
    const kl = (p: number, q: number): number => Math.exp(q - p) - (q - p) - 1;
    const each = logProbs[0]!.map((value, t) => kl(value, referenceLogProbs[0]![t]!));
    const klWeights = klTokenWeights("split", [rollout(1, 4, [3, 4])])!;
    const settings = { lossType: "grpo", beta: 0.1, epsilonLow: 0.2, epsilonHigh: 0.2 } as const;
    const { loss } = grpoObjective({ logProbs, referenceLogProbs, advantages: [0], klWeights }, settings);
    expect(loss).toBeCloseTo(0.1 * ((each[0]! + each[1]! + each[2]!) / 3 + each[3]!), 6);
  });

  it("give the derivative of that loss (finite differences)", () => {
    const [logProbs, referenceLogProbs] = [[[-1, -2, -0.5]], [[-1.5, -1, -0.7]]];
    const klWeights = [[0.5, 2, 0]];
    const settings = { lossType: "grpo", beta: 0.3, epsilonLow: 0.2, epsilonHigh: 0.2 } as const;
    const at = (rows: number[][]) =>
      grpoObjective({ logProbs: rows, referenceLogProbs, advantages: [0], klWeights }, settings);
    logProbs[0]!.forEach((_, t) => {
      const moved = (by: number): number => at([logProbs[0]!.map((value, k) => (k === t ? value + by : value))]).loss;
      expect(at(logProbs).dLogProbs[0]![t]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 6);
    });
  });
});
