/** How much of an answer is copied from its question: a graded reward on free text can be had that way. */

const wordsOf = (text: string): string[] => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];

/** Share of the answer's runs of `size` words that stand in the question; 0 for answers shorter than that. */
export function copyRate(question: string, answer: string, size = 3): number {
  const runs = (text: string): string[] => {
    const words = wordsOf(text);
    return Array.from({ length: Math.max(0, words.length - size + 1) }, (_, at) =>
      words.slice(at, at + size).join(" "),
    );
  };
  const given = runs(answer);
  if (given.length === 0) return 0;
  const asked = new Set(runs(question));
  return given.filter((run) => asked.has(run)).length / given.length;
}
