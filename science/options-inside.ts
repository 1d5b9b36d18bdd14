/** Options that stand in the question's text, one a line in the order of their letters, as many evaluation files have them. */
const OPTION = /^\s*\(?([A-J])[).:]\s*(.+?)\s*$/;

/** The text without its options, and the options without their letters; none where there are fewer than two. */
export function optionsInside(question: string): { readonly text: string; readonly options: readonly string[] } {
  const found: string[] = [];
  const rest = question.split("\n").filter((line) => {
    const option = OPTION.exec(line);
    if (option === null || option[1] !== String.fromCharCode(65 + found.length)) return true;
    found.push(option[2]!);
    return false;
  });
  if (found.length < 2) return { text: question, options: [] };
  const text = rest.filter((line) => !/^\s*options?:?\s*$/i.test(line)).join("\n");
  return { text: text.trim(), options: found };
}
