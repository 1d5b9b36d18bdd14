/** What is marked in a completion besides the channel's colour: tags, the answer, second thoughts, cited times. */
import type { CorrectionSpan } from "../../science/aha.ts";
import { findCorrections } from "../../science/aha.ts";
import type { Citation } from "../../science/citations.ts";
import { findCitations } from "../../science/citations.ts";

export type Span = readonly [start: number, end: number];

const TAG = /<\/?(?:think|answer|time)>|<\|[^|]*\|>/g;
const ANSWER = /<answer>([\s\S]*?)(?:<\/answer>|$)/;

export interface TokenMarks {
  readonly citations: readonly Citation[];
  readonly corrections: readonly CorrectionSpan[];
  /** By token. */
  readonly kind: readonly ("tag" | "answer" | undefined)[];
  /** Position in `corrections`, or -1. */
  readonly correction: Int32Array;
  /** Position in `citations`, or -1. */
  readonly citation: Int32Array;
}

/** For each token the first span that any of its characters lies in, or -1. Spans go by their start. */
export function spanOfTokens(tokens: readonly string[], spans: readonly Span[]): Int32Array {
  const result = new Int32Array(tokens.length).fill(-1);
  let at = 0;
  let next = 0;
  tokens.forEach((token, index) => {
    const end = at + token.length;
    while (next < spans.length && spans[next]![1] <= at) next++;
    for (let span = next; span < spans.length && spans[span]![0] < end; span++) {
      if (spans[span]![1] > at && token.length > 0) {
        result[index] = span;
        break;
      }
    }
    at = end;
  });
  return result;
}

export function marksOf(tokens: readonly string[]): TokenMarks {
  const text = tokens.join("");
  const answer = ANSWER.exec(text);
  const answerStart = answer ? answer.index + "<answer>".length : 0;
  const tag = spanOfTokens(
    tokens,
    [...text.matchAll(TAG)].map((match): Span => [match.index, match.index + match[0].length]),
  );
  const inAnswer = spanOfTokens(tokens, answer ? [[answerStart, answerStart + answer[1]!.length]] : []);
  const corrections = findCorrections(text);
  const citations = findCitations(text);
  const spans = (list: readonly { readonly start: number; readonly end: number }[]) =>
    list.map(({ start, end }): Span => [start, end]);
  return {
    citations,
    corrections,
    kind: tokens.map((_, index) => (tag[index] !== -1 ? "tag" : inAnswer[index] !== -1 ? "answer" : undefined)),
    correction: spanOfTokens(tokens, spans(corrections)),
    citation: spanOfTokens(tokens, spans(citations)),
  };
}
