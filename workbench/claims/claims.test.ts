import { describe, expect, it } from "vitest";
import type { RunRecord } from "../proof/run-record.ts";
import { SHARED_START, type Claim, type SeedPair, type SystemClaims } from "./claim.ts";
import { SYSTEM_CLAIMS } from "./index.ts";
import { measuredPart, withMeasured } from "./page.ts";
import { jobsOf } from "./plan.ts";
import { judge, measurePairs, verdictOf } from "./verdict.ts";

const scores = (values: readonly number[]): Map<string, number> =>
  new Map(values.map((value, index) => [String(index), value]));
const every = (share: number, count = 40): number[] =>
  Array.from({ length: count }, (_, index) => (index < share * count ? 1 : 0));
const pair = (seed: number, before: readonly number[], after: readonly number[]): SeedPair => ({
  seed,
  before: scores(before),
  after: scores(after),
});

describe("a measured value", () => {
  it("is a difference, a relative reduction or a ratio of the means", () => {
    const pairs = [pair(1, every(0.5), every(0.25)), pair(2, every(0.5), every(0.35))];
    expect(measurePairs(pairs, "difference").value).toBeCloseTo(-0.2, 12);
    expect(measurePairs(pairs, "reduction").value).toBeCloseTo(0.4, 12);
    expect(measurePairs(pairs, "ratio").value).toBeCloseTo(5 / 3, 12);
    expect(measurePairs(pairs, "reduction").bySeed.map(({ value }) => value)).toEqual([0.5, expect.closeTo(0.3, 12)]);
  });

  it("counts only items that both sides of a seed have", () => {
    const before = new Map([...scores(every(0.5)), ["only before", 1]]);
    const measured = measurePairs([{ seed: 1, before, after: scores(every(1)) }], "difference");
    expect(measured).toMatchObject({ items: 40, before: 0.5, after: 1 });
  });

  it("is nothing without items, and where nothing was there to reduce", () => {
    expect(measurePairs([], "difference")).toMatchObject({ value: null, interval: null });
    expect(measurePairs([pair(1, every(0), every(0))], "reduction")).toMatchObject({ value: null, interval: null });
  });
});

describe("a verdict", () => {
  it("needs the interval and every seed on one side of the threshold", () => {
    const bySeed = [0.4, 0.5].map((value, index) => ({ seed: index + 1, value }));
    expect(verdictOf({ interval: [0.35, 0.6], bySeed }, 0.3)).toBe("holds");
    expect(verdictOf({ interval: [0.25, 0.6], bySeed }, 0.3)).toBe("undecided");
    expect(verdictOf({ interval: [0.35, 0.6], bySeed: [...bySeed, { seed: 3, value: 0.2 }] }, 0.3)).toBe("undecided");
    expect(verdictOf({ interval: [0.35, 0.6], bySeed }, 0.7)).toBe("does not hold");
    expect(verdictOf({ interval: null, bySeed }, 0.3)).toBe("undecided");
  });

  const claim = (own: SeedPair, control: SeedPair): Claim => ({
    id: "more",
    text: "More is more.",
    quantity: "share",
    statistic: "difference",
    threshold: 0,
    measure: () => [own],
    control: { title: "nothing", measure: () => [control] },
  });
  const up = pair(1, every(0.2), every(0.9));
  const flat = pair(1, every(0.2), every(0.2));
  const none = (): ReadonlyMap<number, RunRecord> => new Map();

  it("holds only where the control fails, and never in a rehearsal", () => {
    expect(judge("x", claim(up, flat), none)).toMatchObject({ verdict: "holds", control: { fails: true } });
    expect(judge("x", claim(up, up), none)).toMatchObject({ verdict: "undecided", control: { fails: false } });
    expect(judge("x", claim(up, flat), none, true).verdict).toBe("undecided");
    expect(judge("x", claim(pair(1, every(0.9), every(0.2)), flat), none).verdict).toBe("does not hold");
  });

  it("is a sentence of the page that names value, threshold and control", () => {
    const result = judge("x", claim(up, flat), none);
    const page = { system: "x", title: "X", command: "c", quick: false, seeds: [1], arms: [], tables: [], missing: [] };
    expect(measuredPart({ ...page, claims: [result] })).toMatch(
      /\*\*Holds\.\*\* More is more\. .*\+70\.0.*fails as it must/,
    );
  });
});

describe("the measured part of a page", () => {
  it("takes the place of the former one and leaves the rest", () => {
    const first = withMeasured("# X\n\nOurs.\n", "one");
    expect(first).toContain("Ours.");
    const second = withMeasured(`${first}\nafter\n`, "two");
    expect(second).toContain("two");
    expect(second).not.toContain("one");
    expect(second).toContain("after");
  });
});

describe("the jobs of a system", () => {
  const arm = (id: string, from: SystemClaims["arms"][number]["from"]) =>
    ({ id, title: id, what: "", recipe: "video-r1", preset: "tiny", overrides: {}, from }) as const;
  const claims: SystemClaims = {
    system: "x",
    title: "X",
    data: "sample-pack",
    arms: [arm("a", "sft"), arm("b", "sft"), arm("c", { arm: "a", label: "rl" })],
    ablations: [arm("d", "base")],
    claims: [],
  };
  const runs = { data: "/nowhere", seeds: [1, 2], quick: false, ablations: false };

  it("share one cold start for each seed, and start further arms from their arm", () => {
    const jobs = jobsOf(claims, runs);
    expect(jobs).toHaveLength(8);
    const [start, a, b, c] = jobs;
    expect(a!.needs).toEqual([start!.key]);
    expect(b!.needs).toEqual([start!.key]);
    expect(c!.needs).toEqual([a!.key]);
    expect(jobsOf({ ...claims, system: "y" }, runs)[0]!.key).toBe(start!.key);
    expect(jobsOf({ ...claims, sft: { "sft.steps": 7 } }, runs)[0]!.key).not.toBe(start!.key);
  });

  it("hold the ablations only when they are asked for", () => {
    expect(jobsOf(claims, { ...runs, ablations: true })).toHaveLength(10);
  });
});

describe("the systems' arms", () => {
  it("have names of their own, and none the shared cold start's", () => {
    for (const { system, arms, ablations } of SYSTEM_CLAIMS) {
      const ids = [SHARED_START, ...[...arms, ...ablations].map(({ id }) => id)];
      expect(new Set(ids).size, system).toBe(ids.length);
    }
  });
});
