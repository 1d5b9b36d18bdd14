import { describe, expect, it } from "vitest";
import { positionDivergence, weightsFromDivergence } from "./token-weights.ts";

const logSoftmax = (row: readonly number[]): number[] => {
  const total = Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0));
  return row.map((value) => value - total);
};

/** The specification's worked example: two members, the second of which ends after two of three positions. */
const first = [
  [2, 0, 0],
  [0, 1, 0],
  [1, 1, 0],
].map(logSoftmax);
const second = [
  [2, 0, 0],
  [0, 0, 2],
].map(logSoftmax);

describe("token weights of TW-GRPO", () => {
  it("equal the worked example of the authors' code", () => {
    const divergence = positionDivergence([first, second], "code_k3", "uniform");
    [0, 0.6605983, 0.0877461].forEach((wanted, t) => expect(divergence[t]).toBeCloseTo(wanted, 6));
    [1, 1.7, 1.0929797].forEach((wanted, t) =>
      expect(weightsFromDivergence(divergence, 1.7)[t]).toBeCloseTo(wanted, 6),
    );
  });

  it("do not take a finished member for one that disagrees when only live ones count", () => {
    for (const measure of ["kl_to_mean", "code_k3"] as const) {
      const live = positionDivergence([first, second], measure, "live_only");
      expect(live[2]).toBeCloseTo(0, 12);
      expect(positionDivergence([first, second], measure, "uniform")[2]).toBeGreaterThan(0.01);
      expect(weightsFromDivergence(live, 1.7)[1]).toBeCloseTo(1.7, 6);
    }
  });

  it("are all 1 where nobody disagrees, and where alpha is 1", () => {
    expect([...weightsFromDivergence([0, 0, 0], 1.7)]).toEqual([1, 1, 1]);
    expect([...weightsFromDivergence([0, 3, 1], 1)]).toEqual([1, 1, 1]);
  });
});
