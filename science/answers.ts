/**
 * Answers and reasoning out of a completion's text, as Video-R1's Python does it: white space is Python's. A model under
 * training writes anything, so everything here takes time linear in the text: the patterns never backtrack over it.
 */

/** Members of a character class: what Python's `\s` and `str.strip()` take for white space (JavaScript's differs). */
const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
/** Source of a regular expression that matches one character of Python's white space. */
export const PYTHON_SPACE = `[${SPACE}]`;

const ONE_SPACE = new RegExp(PYTHON_SPACE);
const SPACES = new RegExp(`${PYTHON_SPACE}+`);

/** Python's `str.strip()`. */
export function strip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && ONE_SPACE.test(text[start]!)) start++;
  while (end > start && ONE_SPACE.test(text[end - 1]!)) end--;
  return text.slice(start, end);
}

/** Python's `str.split()`: words between white space. */
export function words(text: string): string[] {
  return text.split(SPACES).filter((word) => word !== "");
}

/** What stands between the first `open` and the first `close` after it, with its place; null when there is none. */
function between(text: string, open: string, close: string): { text: string; start: number; end: number } | null {
  const at = text.indexOf(open);
  if (at === -1) return null;
  const start = at + open.length;
  const end = text.indexOf(close, start);
  return end === -1 ? null : { text: text.slice(start, end), start, end };
}

/** Text of the first `<answer>…</answer>`, stripped; "" when there is none. */
export function extractAnswer(text: string): string {
  const found = between(text, "<answer>", "</answer>");
  return found === null ? "" : strip(found.text);
}

/** The evaluation's variant: without tags the whole output is the answer, and `fallback` says so. */
export function extractForEvaluation(text: string): { prediction: string; fallback: boolean } {
  const found = between(text, "<answer>", "</answer>");
  return found === null
    ? { prediction: strip(text), fallback: true }
    : { prediction: strip(found.text), fallback: false };
}

/** Text of the first `<think>…</think>` and where it starts in the completion; null when there is none. */
export function extractThink(text: string): { text: string; start: number; end: number } | null {
  return between(text, "<think>", "</think>");
}

const FLOAT = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:e[+-]?\d+(?:_\d+)*)?$/i;
const NAMED = /^([+-]?)(?:(inf|infinity)|nan)$/i;

/** Python's `float(text)`; null where that raises. Commas are the caller's business. */
export function parseFloatStrictly(text: string): number | null {
  const trimmed = strip(text);
  if (FLOAT.test(trimmed)) return Number(trimmed.replaceAll("_", ""));
  const named = NAMED.exec(trimmed);
  if (named === null) return null;
  if (named[2] === undefined) return Number.NaN;
  return named[1] === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

/** Python's `round(value, 2)`: correctly rounded from the exact binary value, exact halves to even. */
export function roundToCents(value: number): number {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e15) return value;
  // Only multiples of 1/8 lie exactly half-way between two cents.
  if (Number.isInteger(value * 8) && !Number.isInteger(value * 4)) {
    const below = Math.floor(value * 100);
    return (below % 2 === 0 ? below : below + 1) / 100;
  }
  return Number(value.toFixed(2));
}
