import { describe, expect, it } from "vitest";
import { RECIPES } from "../../science/recipes/index.ts";
import { readFormula, type FormulaNode } from "./formula.ts";

/** `mfrac(mi a, mn 2)` and so on. */
const shown = (node: FormulaNode): string =>
  "text" in node ? `${node.kind} ${node.text}` : `${node.kind}(${node.parts.map(shown).join(", ")})`;

describe("a formula", () => {
  it("has variables, numbers, words, operators and quoted text", () => {
    expect(shown(readFormula('L = 0.5 log σ "of all"'))).toBe("mrow(mi L, mo =, mn 0.5, mi log, mi σ, mtext of all)");
  });

  it("has fractions, roots, indexes and powers", () => {
    expect(shown(readFormula("frac{x_i}{sqrt{s_0^2}}"))).toBe(
      "mrow(mfrac(mrow(msub(mi x, mi i)), mrow(msqrt(mrow(msubsup(mi s, mn 0, mn 2))))))",
    );
    expect(shown(readFormula("π_{i,t}(y)"))).toBe("mrow(msub(mi π, mrow(mi i, mo ,, mi t)), mo (, mi y, mo ))");
    expect(shown(readFormula("(a)^2"))).toBe("mrow(mo (, mi a, msup(mo ), mn 2))");
  });

  it("says what is wrong with its braces", () => {
    expect(() => readFormula("frac{a}{b")).toThrow("does not close");
    expect(() => readFormula("a}")).toThrow("not open");
  });

  it("of every recipe can be read", () => {
    const formulas = RECIPES.flatMap(({ method }) => method?.formulas ?? []);
    expect(formulas.length).toBeGreaterThan(15);
    for (const { text } of formulas) expect(shown(readFormula(text))).not.toContain("mi frac");
    expect(RECIPES.every(({ method }) => (method?.figures.length ?? 0) > 0)).toBe(true);
  });
});
