/**
 * A rule in place of a judge for short free answers (VideoHallu publishes judged scores; ours are not comparable with them
 * and say so): polarity first, then every content word and number of the truth. What is unsure counts as wrong.
 */
import { readPolarity } from "../extraction/polarity.ts";

const FILLERS = new Set(
  "a an the is are was were be it its this that there of in on at to and or with by from as for has have had does do did he she they his her their video clip yes no not".split(
    " ",
  ),
);

const contentWords = (text: string): string[] =>
  (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  ).filter((word) => !FILLERS.has(word));

const startsWithPolarity = (text: string): boolean => /^\s*(?:yes|no)\b/i.test(text);

export function shortTextScore(answer: string, truth: string): { score: number; reason: string } {
  const wanted = contentWords(truth);
  if (startsWithPolarity(truth)) {
    const [given, right] = [readPolarity(answer).value, readPolarity(truth).value];
    if (given !== right) return { score: 0, reason: given === null ? "neither yes nor no" : "the other polarity" };
    if (wanted.length > 2) return { score: 1, reason: "the same polarity; the explanation is not judged" };
  }
  const given = new Set(contentWords(answer));
  const missing = wanted.filter((word) => !given.has(word));
  return missing.length === 0
    ? { score: 1, reason: "every content word of the truth" }
    : { score: 0, reason: `without ${missing.slice(0, 3).join(", ")}` };
}
