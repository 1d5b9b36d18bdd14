import { createElement, useMemo, type ReactNode } from "react";
import styles from "./Formula.module.css";
import { readFormula, type FormulaNode } from "./formula.ts";

/** A formula in the notation of `formula.ts`, set by the browser's own MathML. */
export function Formula({ text }: { readonly text: string }) {
  const node = useMemo(() => readFormula(text), [text]);
  return <span className={styles["formula"]}>{createElement("math", { display: "block" }, elementOf(node, "0"))}</span>;
}

function elementOf(node: FormulaNode, key: string): ReactNode {
  if ("text" in node) {
    // A lone bar is no fence: it must not stretch.
    const attributes = node.kind === "mo" && "|‖/".includes(node.text) ? { stretchy: "false" } : {};
    const word = node.kind === "mi" && node.text.length > 1 ? { "data-word": "" } : {};
    return createElement(node.kind, { key, ...attributes, ...word }, node.text);
  }
  return createElement(
    node.kind,
    { key },
    node.parts.map((part, index) => elementOf(part, `${key}.${index}`)),
  );
}
