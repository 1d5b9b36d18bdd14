import { describe, expect, it } from "vitest";
import { viewOf } from "./views.ts";

const options = { runSeed: 1, step: 5, sampleId: "7" };

describe("viewOf", () => {
  it("keeps ordered clips as they are", () => {
    expect(viewOf("ordered", 8, options)).toEqual({ name: "ordered", permutation: null, masked: [], identity: false });
  });

  it("shuffles by run, step and sample, and so repeats on resume", () => {
    const first = viewOf("shuffled", 8, options);
    expect(viewOf("shuffled", 8, options)).toEqual(first);
    expect([...first.permutation!].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const other of [{ runSeed: 2 }, { step: 6 }, { sampleId: "8" }]) {
      expect(viewOf("shuffled", 8, { ...options, ...other }).permutation).not.toEqual(first.permutation);
    }
  });

  it("lets the identity come out and reports it", () => {
    const identities = Array.from({ length: 200 }, (_, step) => viewOf("shuffled", 2, { ...options, step })).filter(
      (view) => view.identity,
    );
    expect(identities.length).toBeGreaterThan(60);
    expect(identities.length).toBeLessThan(140);
    expect(identities[0]!.permutation).toEqual([0, 1]);
  });

  it("reverses and masks", () => {
    expect(viewOf("reversed", 3, options).permutation).toEqual([2, 1, 0]);
    expect(viewOf("masked", 8, { ...options, maskedShare: 0.25 }).masked).toHaveLength(2);
  });
});
