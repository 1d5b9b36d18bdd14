/**
 * A small notation for formulas, read into the elements of MathML. Letters alone are variables, words of several letters
 * stand upright (`log`, `mean`), text in quotes keeps its spaces; `_x` and `^x` are indexes and powers, with braces for more
 * than one sign; `frac{a}{b}` and `sqrt{a}` are what they say. Everything else is an operator.
 */
export type FormulaNode =
  | { readonly kind: "mi" | "mn" | "mo" | "mtext"; readonly text: string }
  | {
      readonly kind: "mrow" | "mfrac" | "msqrt" | "msub" | "msup" | "msubsup";
      readonly parts: readonly FormulaNode[];
    };

const TOKEN = /\s*(?:"([^"]*)"|(\d+(?:\.\d+)?)|(\p{L}\p{M}?(?:[\p{L}]*)))|\s*(\S)/gu;

interface Token {
  readonly kind: "text" | "number" | "word" | "sign";
  readonly text: string;
}

/** @throws Error for a brace that is not closed, or closed without being open. */
export function readFormula(source: string): FormulaNode {
  const tokens = [...source.matchAll(TOKEN)].map(([, text, number, word, sign]): Token => {
    if (text !== undefined) return { kind: "text", text };
    if (number !== undefined) return { kind: "number", text: number };
    return word === undefined ? { kind: "sign", text: sign! } : { kind: "word", text: word };
  });
  let at = 0;
  const isSign = (text: string): boolean => tokens[at]?.kind === "sign" && tokens[at]!.text === text;
  const braced = (): FormulaNode => {
    if (!isSign("{")) return atom();
    at++;
    const inside = row("}");
    at++;
    return inside;
  };
  const atom = (): FormulaNode => {
    const token = tokens[at++];
    if (token === undefined) throw new Error(`The formula ends too early: ${source}`);
    if (token.kind === "word" && isSign("{")) {
      if (token.text === "frac") return { kind: "mfrac", parts: [braced(), braced()] };
      if (token.text === "sqrt") return { kind: "msqrt", parts: [braced()] };
    }
    if (token.kind === "text") return { kind: "mtext", text: token.text };
    if (token.kind === "number") return { kind: "mn", text: token.text };
    if (token.kind === "word") return { kind: "mi", text: token.text };
    return { kind: "mo", text: token.text };
  };
  const scripted = (): FormulaNode => {
    const base = atom();
    const scripts: Partial<Record<"_" | "^", FormulaNode>> = {};
    for (const sign of ["_", "^", "_"] as const) {
      if (!isSign(sign) || scripts[sign] !== undefined) continue;
      at++;
      scripts[sign] = braced();
    }
    const { _: below, "^": above } = scripts;
    if (below && above) return { kind: "msubsup", parts: [base, below, above] };
    if (below) return { kind: "msub", parts: [base, below] };
    return above ? { kind: "msup", parts: [base, above] } : base;
  };
  const row = (end: string | null): FormulaNode => {
    const parts: FormulaNode[] = [];
    while (at < tokens.length && !(end !== null && isSign(end))) {
      if (isSign("}")) throw new Error(`The formula closes a brace that is not open: ${source}`);
      parts.push(scripted());
    }
    if (end !== null && at >= tokens.length) throw new Error(`The formula does not close a brace: ${source}`);
    return { kind: "mrow", parts };
  };
  return row(null);
}
