/** Moments of self-correction in a completion: where the model stops, looks again, or changes its answer. */
import { extractAnswer, extractThink } from "./answers.ts";

export interface CorrectionSpan {
  readonly kind: "hesitation" | "recheck" | "flip";
  /** Character offsets in the completion's text. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** For a flip: what was held before and after. */
  readonly from?: string;
  readonly to?: string;
}

const HESITATION =
  /\b(?:wait|hmm+|hold on|oh,? i see|actually|no,? that(?:'s| is) (?:not right|wrong)|on second thought)\b/gi;
const RECHECK =
  /\b(?:let(?:'s| me| us) (?:re-?check|check again|double[- ]check|verify|re-?think|re-?examine|look again|re-?consider|break (?:it|this) down (?:again|one more time))|check again|look again|going back)\b/gi;
/** "the answer is B", "so it is (B)", "answer: B". */
const STATED =
  /\b(?:answer(?: is|:)|so it(?:'s| is)|it must be|i(?:'d| would) say|option)\s*\(?([A-J]|-?\d+(?:\.\d+)?)\)?(?!\.*\w)/gi;
/** "So last red B.": a sentence of conclusion that ends with an option's letter or a number. */
const CONCLUDED = /\b[Ss]o\b[^.?!\n]*?(?<![\w-])([A-J]|-?\d+(?:\.\d+)?)(?=\s*(?:[.?!](?!\d)|\n|$))/y;
const SO = /\b[Ss]o\b/g;
const SENTENCE_END = /[.?!\n]/g;

/** Spans inside the reasoning, in order of appearance; none when there is no `<think>` block. */
export function findCorrections(completion: string): CorrectionSpan[] {
  const think = extractThink(completion);
  if (think === null) return [];
  const spans: CorrectionSpan[] = [];
  for (const [kind, pattern] of [
    ["hesitation", HESITATION],
    ["recheck", RECHECK],
  ] as const) {
    for (const match of think.text.matchAll(pattern)) {
      const start = think.start + match.index;
      spans.push({ kind, start, end: start + match[0].length, text: match[0] });
    }
  }
  spans.push(...flips(think.text, think.start, extractAnswer(completion)));
  return spans.sort((a, b) => a.start - b.start);
}

const endOf = (match: RegExpExecArray): number => match.index + match[0].length;

/** The first match from a place on. */
function firstFrom(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}

/**
 * Sentences of conclusion in order. What fails from the first "so" of a sentence fails from its others too: each sentence is
 * looked at once, so that a model that says "so" without end costs no more than linear time.
 */
function conclusions(reasoning: string): RegExpExecArray[] {
  const found: RegExpExecArray[] = [];
  for (let from = 0; ;) {
    const so = firstFrom(SO, reasoning, from);
    if (so === null) return found;
    const match = firstFrom(CONCLUDED, reasoning, so.index);
    if (match !== null) found.push(match);
    const end = match === null ? firstFrom(SENTENCE_END, reasoning, so.index)?.index : endOf(match);
    if (end === undefined) return found;
    from = end;
  }
}

/** Statements of an answer in order; where both patterns see the same one, the wider match is dropped. */
function statements(reasoning: string): RegExpExecArray[] {
  const stated = [...reasoning.matchAll(STATED)];
  let next = 0;
  const concluded = conclusions(reasoning).filter((match) => {
    while (next < stated.length && endOf(stated[next]!) <= match.index) next++;
    return next === stated.length || stated[next]!.index >= endOf(match);
  });
  return [...stated, ...concluded].sort((a, b) => a.index - b.index);
}

/** Places where a stated answer differs from the one stated before it, or the final answer from the last stated one. */
function flips(reasoning: string, offset: number, finalAnswer: string): CorrectionSpan[] {
  const spans: CorrectionSpan[] = [];
  let held: { answer: string; start: number; end: number; text: string } | null = null;
  for (const match of statements(reasoning)) {
    const answer = match[1]!.toUpperCase();
    const start = offset + match.index;
    const stated = { answer, start, end: start + match[0].length, text: match[0] };
    if (held !== null && held.answer !== answer) {
      spans.push({ kind: "flip", start, end: stated.end, text: stated.text, from: held.answer, to: answer });
    }
    held = stated;
  }
  const final = finalAnswer.toUpperCase();
  if (held !== null && /^[A-J]$|^-?\d+(\.\d+)?$/.test(final) && final !== held.answer) {
    spans.push({ kind: "flip", start: held.start, end: held.end, text: held.text, from: held.answer, to: final });
  }
  return spans;
}

/** Which kinds of self-correction a completion has, as bits: hesitation 1, re-check 2, flip 4. */
export const CORRECTION_BITS = { hesitation: 1, recheck: 2, flip: 4 } as const;

/** The bits of {@link CORRECTION_BITS} that apply to a completion; 0 for plain reasoning. */
export function correctionBits(completion: string): number {
  return findCorrections(completion).reduce((bits, { kind }) => bits | CORRECTION_BITS[kind], 0);
}
