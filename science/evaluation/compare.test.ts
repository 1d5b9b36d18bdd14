import { describe, expect, it } from "vitest";
import { comparePaired, mcNemar, signFlips } from "./compare.ts";

const items = (scores: readonly number[]) =>
  scores.map((score, i) => ({ sampleId: `q${i}`, scores: { score }, groups: { type: "t" }, error: null }));
const names = { left: "A", right: "B" };

describe("comparePaired", () => {
  it("counts flips both ways and says when the difference is no chance", () => {
    const before = Array.from({ length: 100 }, (_, i) => (i < 40 ? 1 : 0));
    const after = before.map((score, i) => (i >= 40 && i < 60 ? 1 : i < 3 ? 0 : score));
    const compared = comparePaired(items(before), items(after), names);
    expect([compared.gained.length, compared.lost.length]).toEqual([20, 3]);
    expect(compared.difference).toBeCloseTo(0.17, 12);
    expect(compared.p).toBeLessThan(0.001);
    expect(compared.statement).toMatch(
      /^B is 17\.0 points better than A on the same 100 questions .* unlikely to be chance\.$/,
    );
  });

  it("says that nothing can be told from a few flips", () => {
    const compared = comparePaired(items([1, 0, 1, 0]), items([1, 1, 1, 0]), names);
    expect(compared.p).toBe(1);
    expect(compared.statement).toMatch(/^No difference can be told/);
  });

  it("pairs by question, and leaves out what one of the two did not answer", () => {
    const left = items([1, 1, 0]);
    const right = [...items([0, 1, 1])].reverse();
    const failed = { file: "f", place: "p", reason: "r", remedy: "m" };
    const compared = comparePaired([left[0]!, { ...left[1]!, error: failed as never }, left[2]!], right, names);
    expect(compared.n).toBe(2);
    expect(compared.lost[0]!.sampleId).toBe("q0");
    expect(() => comparePaired(left, [], names)).toThrow(/share no answered question/);
  });

  it("tests graded scores by changing signs", () => {
    const compared = comparePaired(items([0.1, 0.2, 0.3, 0.4, 0.2, 0.1]), items([0.5, 0.6, 0.6, 0.9, 0.7, 0.4]), names);
    expect(compared.test).toBe("sign-flip permutation test");
    // 2 of 64 sign patterns are as far out.
    expect(compared.p).toBeGreaterThan(0.02);
    expect(compared.p).toBeLessThan(0.045);
  });
});

describe("exact tests", () => {
  it("agree with binomial tails", () => {
    expect(mcNemar(0, 0)).toBe(1);
    expect(mcNemar(5, 0)).toBeCloseTo(2 / 32, 12);
    expect(mcNemar(1, 7)).toBeCloseTo((2 * (1 + 8)) / 256, 12);
    expect(mcNemar(400, 600)).toBeLessThan(1e-9);
    expect(signFlips([0, 0])).toBe(1);
  });
});
