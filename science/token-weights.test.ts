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

  it("can be measured by the variance of log-probabilities, weighted by how likely a token is", () => {
    const divergence = positionDivergence([first, second], "variance_of_logp", "live_only");
    // Of two members the variance is a quarter of the squared gap.
    const wanted = first[1]!.reduce((sum, logP, v) => {
      const other = second[1]![v]!;
      return sum + ((Math.exp(logP) + Math.exp(other)) / 2) * ((logP - other) ** 2 / 4);
    }, 0);
    expect(divergence[1]).toBeCloseTo(wanted, 12);
    expect([divergence[0], divergence[2]]).toEqual([0, 0]);
  });

  it("have a tail that the published fill makes heavy and live members do not", () => {
    // One member ends early; the others go on and agree, but for one position before that.
    const row = (peak: number, sharp: number): number[] =>
      logSoftmax(Array.from({ length: 50 }, (_, v) => (v === peak ? sharp : 0)));
    const member = (length: number, own: number): number[][] =>
      Array.from({ length }, (_, t) => row(t === 3 ? own : 7, 6));
    const group = [member(12, 1), member(12, 2), member(12, 3), member(6, 4)];
    const weights = (fill: "uniform" | "live_only", measure: "code_k3" | "kl_to_mean") =>
      weightsFromDivergence(positionDivergence(group, measure, fill), 1.7);
    const [code, live] = [weights("uniform", "code_k3"), weights("live_only", "kl_to_mean")];
    expect(Math.max(...code.slice(6))).toBeGreaterThan(1.3);
    expect(live[3]).toBeCloseTo(1.7, 6);
    expect(Math.max(...live.slice(6))).toBeCloseTo(1, 6);
  });

  it("are all 1 where nobody disagrees, and where alpha is 1", () => {
    expect([...weightsFromDivergence([0, 0, 0], 1.7)]).toEqual([1, 1, 1]);
    expect([...weightsFromDivergence([0, 3, 1], 1)]).toEqual([1, 1, 1]);
  });
});
