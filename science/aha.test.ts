import { describe, expect, it } from "vitest";
import { findCorrections } from "./aha.ts";

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

  it("finds nothing in plain reasoning or outside it", () => {
    expect(findCorrections("<think>The ball moves left. The answer is A.</think><answer>A</answer>")).toEqual([]);
    expect(findCorrections("Wait, hmm.")).toEqual([]);
  });
});
