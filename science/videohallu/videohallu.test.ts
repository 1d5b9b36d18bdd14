import { describe, expect, it } from "vitest";
import { balancedAccuracy, clusterBootstrap } from "../metrics/balanced.ts";
import { copyRate } from "../metrics/copy-rate.ts";
import { wilsonInterval } from "../metrics/wilson.ts";
import { NO_SAMPLE } from "../records.ts";
import { CURRICULA, dietBlocks, dietOf, type Curriculum } from "./diets.ts";
import { judgedByRule, summariseHallu } from "./summary.ts";
import { CATEGORIES, categoryOf, generatorOf, isAlignment, SUPER_CATEGORIES } from "./taxonomy.ts";

describe("the taxonomy", () => {
  it("has the published counts: 13 sub-categories, 3,233 questions, by super-category 1101, 1394, 209, 529", () => {
    expect(CATEGORIES).toHaveLength(13);
    const sum = (of: readonly { published: number }[]) => of.reduce((total, { published }) => total + published, 0);
    expect(sum(CATEGORIES)).toBe(3233);
    // By the second column. The first column disagrees in 976 rows and says 1687, 653, 111 and 782.
    const bySuper = SUPER_CATEGORIES.map((name) => sum(CATEGORIES.filter((one) => one.superCategory === name)));
    expect(bySuper).toEqual([1101, 1394, 209, 529]);
  });

  it("knows codes whatever their case, and generators whatever their spelling", () => {
    expect(categoryOf(" p-cap ")?.title).toBe("constraints and properties");
    expect(categoryOf("P-X")).toBeNull();
    expect([isAlignment("A-EC"), isAlignment("P-M")]).toEqual([true, false]);
    expect(["sora", "runway_gen2", "PixVerse", "lavie", "Mochi"].map(generatorOf)).toEqual([
      "Sora",
      "Runway-gen2",
      "Pixverse",
      "LaVie",
      "Mochi",
    ]);
  });
});

describe("balanced accuracy", () => {
  const answers = (truth: "yes" | "no", given: "yes" | "no" | null, count: number) =>
    Array.from({ length: count }, () => ({ truth, given }));

  it("is the mean of both recalls, and one half for any constant answer", () => {
    // 8 yes of which 6 right, 2 no of which 1 right: recalls 0.75 and 0.5, accuracy 0.7.
    const some = [...answers("yes", "yes", 6), ...answers("yes", "no", 2), ...answers("no", "no", 1), ...answers("no", "yes", 1)]; // prettier-ignore
    expect(balancedAccuracy(some)).toEqual({
      n: 10,
      accuracy: 0.7,
      balanced: 0.625,
      recallYes: 0.75,
      recallNo: 0.5,
      yesRate: 0.7,
      constantYes: 0.8,
      constantNo: 0.2,
    });
    const always = balancedAccuracy([...answers("yes", "yes", 8), ...answers("no", "yes", 2)]);
    expect([always.accuracy, always.balanced, always.yesRate]).toEqual([0.8, 0.5, 1]);
  });

  it("counts an answer that says neither as wrong", () => {
    expect(balancedAccuracy([...answers("yes", null, 1), ...answers("no", "no", 1)]).balanced).toBe(0.5);
  });
});

describe("intervals", () => {
  it("are Wilson's: 8 of 10 is 0.490 to 0.943, 0 of 42 is 0 to 0.084", () => {
    const [low, high] = wilsonInterval(8, 10);
    expect(low).toBeCloseTo(0.4901625, 6);
    expect(high).toBeCloseTo(0.9433178, 6);
    const none = wilsonInterval(0, 42);
    expect(none[0]).toBe(0);
    // z² / (n + z²) where nothing was hit.
    expect(none[1]).toBeCloseTo(3.8414588 / (42 + 3.8414588), 7);
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  });

  it("are wider over videos than over questions, where the questions of a video stand or fall together", () => {
    const items = Array.from({ length: 200 }, (_, index) => ({
      cluster: `video ${Math.floor(index / 10)}`,
      score: Math.floor(index / 10) % 2,
    }));
    const [low, high] = clusterBootstrap(items);
    const [narrowLow, narrowHigh] = wilsonInterval(100, 200);
    expect(high - low).toBeGreaterThan(2 * (narrowHigh - narrowLow));
  });
});

describe("the copy rate", () => {
  it("is the share of an answer's runs of three words that stand in the question", () => {
    expect(copyRate("Does the red ring go up?", "the red ring goes up")).toBeCloseTo(1 / 3, 12);
    expect(copyRate("Does the red ring go up?", "Does the red ring go up")).toBe(1);
    expect(copyRate("Does the red ring go up?", "no")).toBe(0);
  });
});

describe("a summary", () => {
  const item = (category: string, video: string, truth: string, response: string) =>
    judgedByRule({ category, video, question: "Does it fall?", truth, response });
  const items = [
    item("P-M", "a", "yes", "yes"),
    item("P-M", "b", "no", "yes"),
    item("P-ST", "c", "No, it melts.", "No"),
    item("A-EC", "a", "2", "two"),
    item("A-EP", "a", "red", "the blue one"),
  ];

  it("goes by the second column and leaves alignment out of the violations", () => {
    const summary = summariseHallu(items);
    expect(summary.overall).toMatchObject({ n: 5, accuracy: 0.4 });
    expect(summary.categories.map(({ category, n, accuracy }) => [category.code, n, accuracy])).toEqual([
      ["A-EC", 1, 1],
      ["A-EP", 1, 0],
      ["P-M", 2, 0.5],
      ["P-ST", 1, 0],
    ]);
    expect(summary.superCategories.map(({ name, n }) => [name, n])).toEqual([
      ["alignment", 2],
      ["physics", 3],
    ]);
    expect(summary.violations).toMatchObject({ n: 3, recallYes: 1, recallNo: 0.5, balanced: 0.75, yesRate: 2 / 3 });
  });

  it("keeps the judge's words", () => {
    expect(items.map(({ verdict }) => verdict.why)).toEqual([
      "every content word of the truth",
      "the other polarity",
      "without melts",
      "every content word of the truth",
      "without red",
    ]);
    expect(() => summariseHallu([])).toThrow(/nothing to summarise/);
  });
});

describe("diets", () => {
  it("cost the same in every order", () => {
    for (const name of Object.keys(CURRICULA) as Curriculum[]) {
      const blocks = dietBlocks(name, 101, 0.4);
      expect(blocks.reduce((sum, { steps }) => sum + steps, 0)).toBe(101);
    }
    expect(dietBlocks("physics then synthetic", 100, 0.3)).toEqual([
      { name: "rl", steps: 30, diets: ["physics"] },
      { name: "rl-2", steps: 70, diets: ["synthetic"] },
    ]);
    expect(dietBlocks("physics then synthetic", 100, 0)).toEqual([{ name: "rl-2", steps: 100, diets: ["synthetic"] }]);
  });

  it("are said by the row, else follow from the published files' source", () => {
    const row = (extra: object, task = "") => dietOf({ task, extra: { ...extra } as Record<string, unknown> });
    expect(row({ diet: "physics" })).toBe("physics");
    expect(row({ diet: "other" })).toBeNull();
    expect(row({}, "videohallu")).toBe("synthetic");
    expect(row({}, "physbench")).toBe("physics");
    expect(row({}, "LLaVA-Video")).toBe("general");
    expect(dietOf(NO_SAMPLE)).toBe("general");
  });
});
