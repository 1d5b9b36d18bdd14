import { describe, expect, it } from "vitest";
import { hintFrom, namesAnswer, planAugmentation, remember, type DifficultySettings } from "./difficulty.ts";

const settings: DifficultySettings = {
  window: 100,
  band: 0.05,
  hints: true,
  noise: true,
  noiseScale: 0.1,
  level: "adaptive",
  reference: "relative",
  swap: false,
};

describe("difficulty against recent prompts", () => {
  const history = [1.4];

  it("hints at hard prompts and disturbs easy ones, by the paper's early rule", () => {
    const hard = planAugmentation(0.1, history, settings);
    expect(hard).toMatchObject({ mode: "hint", level: 2 });
    expect(hard.delta).toBeCloseTo(1.3, 12);
    expect(planAugmentation(1.4, history, settings)).toMatchObject({ mode: "none", delta: 0 });
    const easy = planAugmentation(2, history, settings);
    expect(easy.mode).toBe("noise");
    expect(easy.delta).toBeCloseTo(-0.6, 12);
    expect(easy.level).toBeCloseTo(1.6, 12);
  });

  it("does nothing without a history, inside the band, or where a direction is switched off", () => {
    expect(planAugmentation(0, [], settings).mode).toBe("none");
    expect(planAugmentation(1.36, history, settings).mode).toBe("none");
    expect(planAugmentation(0, history, { ...settings, hints: false }).mode).toBe("none");
    expect(planAugmentation(2, history, { ...settings, noise: false }).mode).toBe("none");
  });

  it("forgets what lies further back than the window", () => {
    expect(remember([1, 2, 3], [4, 5], 4)).toEqual([2, 3, 4, 5]);
  });
});

describe("a hint", () => {
  const sample = { answer: "B", options: ["A. left", "B. right", "C. top"] };
  const trace =
    "<think>0 s left, 1 s top. It moves on. At the end it is right. So last right B</think>\n<answer>B</answer>";

  it("reveals the first quarters of the trace and never what names the answer", () => {
    expect(hintFrom(trace, 1, sample)).toBe("0 s left, 1 s top.");
    expect(hintFrom(trace, 2, sample)).toBe("0 s left, 1 s top. It moves on.");
    expect(hintFrom(trace, 9, sample)).toBe("0 s left, 1 s top. It moves on.");
    expect(hintFrom("<answer>B</answer>", 3, sample)).toBe("");
  });

  it("knows an answer by its letter alone, its option's text and its own text", () => {
    expect(namesAnswer("So it is B.", sample)).toBe(true);
    expect(namesAnswer("It goes to the RIGHT", sample)).toBe(true);
    expect(namesAnswer("Because of brightness", sample)).toBe(false);
    expect(namesAnswer("there are 12 of them", { answer: "2", options: [] })).toBe(false);
    expect(namesAnswer("there are 2 of them", { answer: "2", options: [] })).toBe(true);
  });
});
