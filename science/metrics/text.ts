/** ROUGE (rules of google's rouge_score) and word error rate. Reference vectors: metrics/text.json. */
import { words } from "../answers.ts";
import { porterStem } from "./porter.ts";

export interface PrecisionRecall {
  readonly precision: number;
  readonly recall: number;
  readonly f: number;
}

export interface RougeScores {
  readonly rouge1: PrecisionRecall;
  readonly rouge2: PrecisionRecall;
  readonly rougeL: PrecisionRecall;
  /** Mean of the three F-measures. */
  readonly meanF: number;
}

/** ROUGE-1, -2 and -L of a hypothesis; `stem` runs words of more than three letters through Porter's stemmer. */
export function rouge(reference: string, hypothesis: string, options: { readonly stem: boolean }): RougeScores {
  const wanted = rougeTokens(reference, options.stem);
  const given = rougeTokens(hypothesis, options.stem);
  const rouge1 = ngramOverlap(wanted, given, 1);
  const rouge2 = ngramOverlap(wanted, given, 2);
  const rougeL = score(longestCommonSubsequence(wanted, given), given.length, wanted.length);
  return { rouge1, rouge2, rougeL, meanF: (rouge1.f + rouge2.f + rougeL.f) / 3 };
}

function rougeTokens(text: string, stem: boolean): string[] {
  const tokens = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, " ")
    .split(" ")
    .filter((token) => token !== "");
  return stem ? tokens.map((token) => (token.length > 3 ? porterStem(token) : token)) : tokens;
}

function ngramOverlap(reference: readonly string[], hypothesis: readonly string[], size: number): PrecisionRecall {
  const wanted = ngramCounts(reference, size);
  const given = ngramCounts(hypothesis, size);
  let hits = 0;
  for (const [gram, count] of wanted) hits += Math.min(count, given.get(gram) ?? 0);
  return score(hits, Math.max(0, hypothesis.length - size + 1), Math.max(0, reference.length - size + 1));
}

function ngramCounts(tokens: readonly string[], size: number): Map<string, number> {
  const counts = new Map<string, number>();
  for (let at = 0; at + size <= tokens.length; at++) {
    const gram = tokens.slice(at, at + size).join(" ");
    counts.set(gram, (counts.get(gram) ?? 0) + 1);
  }
  return counts;
}

function score(hits: number, given: number, wanted: number): PrecisionRecall {
  const precision = hits / Math.max(given, 1);
  const recall = hits / Math.max(wanted, 1);
  const f = precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0;
  return { precision, recall, f };
}

function longestCommonSubsequence(a: readonly string[], b: readonly string[]): number {
  const row = new Array<number>(b.length + 1).fill(0);
  for (const word of a) {
    let diagonal = 0;
    for (let j = 1; j <= b.length; j++) {
      const above = row[j]!;
      row[j] = word === b[j - 1] ? diagonal + 1 : Math.max(above, row[j - 1]!);
      diagonal = above;
    }
  }
  return row[b.length]!;
}

/** Word edit distance over the number of reference words (at least 1). Case and punctuation count. */
export function wordErrorRate(reference: string, hypothesis: string): number {
  const wanted = words(reference);
  const given = words(hypothesis);
  const row = Array.from({ length: given.length + 1 }, (_, j) => j);
  for (let i = 1; i <= wanted.length; i++) {
    let diagonal = row[0]!;
    row[0] = i;
    for (let j = 1; j <= given.length; j++) {
      const above = row[j]!;
      row[j] = wanted[i - 1] === given[j - 1] ? diagonal : 1 + Math.min(above, row[j - 1]!, diagonal);
      diagonal = above;
    }
  }
  return row[given.length]! / Math.max(1, wanted.length);
}
