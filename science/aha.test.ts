import { describe, expect, it } from "vitest";
import { correctionBits, findCorrections } from "./aha.ts";

describe("findCorrections", () => {
  it("finds hesitation, re-checking and a changed answer inside the reasoning", () => {
    const text = "<think>The answer is A. Wait, let me re-check the frames. So it is B.</think>\n<answer>B</answer>";
    const spans = findCorrections(text);
    expect(spans.map((span) => span.kind)).toEqual(["hesitation", "recheck", "flip"]);
    expect(spans[2]).toMatchObject({ from: "A", to: "B" });
    for (const span of spans) expect(text.slice(span.start, span.end)).toBe(span.text);
  });

  it("reports an answer that contradicts the reasoning", () => {
    expect(findCorrections("<think>The answer is C</think><answer>D</answer>")).toMatchObject([
      { kind: "flip", from: "C", to: "D" },
    ]);
  });

  it("takes a conclusion's last letter or number for the answer held", () => {
    const text =
      "<think>0 s white, 2 s purple. So first white C. Wait, no. So green last D</think>\n<answer>D</answer>";
    const spans = findCorrections(text);
    expect(spans.map((span) => span.kind)).toEqual(["hesitation", "flip"]);
    expect(spans[1]).toMatchObject({ from: "C", to: "D", text: "So green last D" });
    expect(findCorrections("<think>1 s flash. So 1.5. So 2</think><answer>2</answer>")).toMatchObject([
      { kind: "flip", from: "1.5", to: "2" },
    ]);
  });

  it("sums up its kinds as bits", () => {
    expect(correctionBits("<think>The answer is A. Wait. So it is B.</think><answer>B</answer>")).toBe(5);
    expect(correctionBits("<think>So last red B</think><answer>B</answer>")).toBe(0);
  });

  it("finds nothing in plain reasoning or outside it", () => {
    expect(findCorrections("<think>The ball moves left. The answer is A.</think><answer>A</answer>")).toEqual([]);
    expect(findCorrections("Wait, hmm.")).toEqual([]);
  });
});
