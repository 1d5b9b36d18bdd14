import { describe, expect, it } from "vitest";
import {
  extractAnswer,
  extractForEvaluation,
  extractThink,
  parseFloatStrictly,
  roundToCents,
  strip,
  words,
} from "./answers.ts";

describe("extractAnswer", () => {
  it("takes the first answer, stripped, over several lines", () => {
    expect(extractAnswer("<think>x</think>\n<answer>\n B \n</answer> <answer>C</answer>")).toBe("B");
    expect(extractAnswer("<answer>two\nlines</answer>")).toBe("two\nlines");
  });

  it("gives the empty string without a whole pair of tags", () => {
    expect(extractAnswer("B")).toBe("");
    expect(extractAnswer("<answer>B")).toBe("");
    expect(extractAnswer("<answer></answer>")).toBe("");
  });

  it("strips what Python takes for white space and keeps what it does not", () => {
    expect(extractAnswer("<answer>\u0085\u001cB\u2003</answer>")).toBe("B");
    expect(extractAnswer("<answer>\ufeffB</answer>")).toBe("\ufeffB");
    expect(strip("\u001f a\u00a0")).toBe("a");
    expect(words(" a\u2003b\n c ")).toEqual(["a", "b", "c"]);
  });
});

describe("extractForEvaluation", () => {
  it("falls back to the whole output and says so", () => {
    expect(extractForEvaluation(" B\n")).toEqual({ prediction: "B", fallback: true });
    expect(extractForEvaluation("x <answer> B </answer>")).toEqual({ prediction: "B", fallback: false });
  });
});

describe("extractThink", () => {
  it("finds the reasoning and where it stands", () => {
    const text = "<think>so</think><answer>A</answer>";
    const think = extractThink(text)!;
    expect(think.text).toBe("so");
    expect(text.slice(think.start, think.end)).toBe("so");
    expect(extractThink("none")).toBeNull();
  });
});

describe("parseFloatStrictly", () => {
  it("reads what Python's float reads", () => {
    expect(parseFloatStrictly(" 3. ")).toBe(3);
    expect(parseFloatStrictly("-.5e1")).toBe(-5);
    expect(parseFloatStrictly("1_000.2_5")).toBe(1000.25);
    expect(parseFloatStrictly("-Infinity")).toBe(Number.NEGATIVE_INFINITY);
    expect(parseFloatStrictly("NaN")).toBeNaN();
  });

  it("refuses what Python refuses", () => {
    for (const text of ["", "5 cm", "0x10", "1__0", "_1", "1e", "3/4", "42%"])
      expect(parseFloatStrictly(text)).toBeNull();
  });
});

describe("roundToCents", () => {
  it("rounds exact halves to even and others by their true binary value", () => {
    expect(roundToCents(0.125)).toBe(0.12);
    expect(roundToCents(0.375)).toBe(0.38);
    expect(roundToCents(-0.125)).toBe(-0.12);
    expect(roundToCents(2.675)).toBe(2.67);
    expect(roundToCents(1e300)).toBe(1e300);
  });
});
