/**
 * Times that a completion speaks of: "3 s", "at 2.5 s", "00:12", "from 2 to 4 seconds", "[1.5, 3.0]", `<time>`.
 * Offsets are of characters, times of seconds on the video's clock as the model was told it.
 */
import type { Interval } from "./metrics/grounding.ts";

export interface Citation {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly fromSec: number;
  /** Equal to `fromSec` for a moment. */
  readonly toSec: number;
}

const CLOCK = String.raw`(?:\d{1,2}:)?\d{1,2}:\d{2}(?:\.\d+)?`;
const NUMBER = String.raw`\d+(?:\.\d+)?`;
const UNIT = String.raw`\s*(?:s|sec|secs|second|seconds)\b`;
const BETWEEN = String.raw`\s*(?:-|–|—|to|and|until|,)\s*`;

/** In order of preference where two would overlap: ranges, then moments. */
const PATTERNS: readonly RegExp[] = [
  new RegExp(String.raw`(?<a>${CLOCK})\s*(?:-|–|—|to|until)\s*(?<b>${CLOCK})`, "g"),
  new RegExp(String.raw`(?<![\d.:])(?<a>${NUMBER})(?:${UNIT})?\s*(?:-|–|—|to|until)\s*(?<b>${NUMBER})${UNIT}`, "gi"),
  new RegExp(String.raw`\bbetween\s+(?<a>${NUMBER})(?:${UNIT})?\s+and\s+(?<b>${NUMBER})${UNIT}`, "gi"),
  new RegExp(String.raw`[[(]\s*(?<a>${NUMBER})${BETWEEN}(?<b>${NUMBER})\s*[\])]`, "g"),
  new RegExp(String.raw`<time>\s*(?<a>${NUMBER})${BETWEEN}(?<b>${NUMBER})\s*</time>`, "g"),
  new RegExp(String.raw`<time>\s*(?<a>${NUMBER})\s*</time>`, "g"),
  new RegExp(String.raw`(?<![\d:.])(?<a>${CLOCK})(?![\d:])`, "g"),
  new RegExp(String.raw`(?<![\w.:])(?<a>${NUMBER})${UNIT}`, "gi"),
];

function seconds(text: string): number {
  return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** All citations in order of appearance, none overlapping another. A range that runs backwards is turned round. */
export function findCitations(text: string): Citation[] {
  const found: Citation[] = [];
  for (const pattern of PATTERNS) {
    for (const match of text.matchAll(pattern)) {
      const [start, end] = [match.index, match.index + match[0].length];
      if (found.some((other) => start < other.end && other.start < end)) continue;
      const from = seconds(match.groups!["a"]!);
      const to = match.groups!["b"] === undefined ? from : seconds(match.groups!["b"]);
      found.push({ start, end, text: match[0], fromSec: Math.min(from, to), toSec: Math.max(from, to) });
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** The segment that a grounding answer names, such as "3.2 to 5.6" or "[3.2, 5.6]"; null for any other answer. */
export function segmentOf(answer: string): Interval | null {
  const bare = new RegExp(String.raw`^\s*(?<a>${NUMBER})\s*s?${BETWEEN}(?<b>${NUMBER})\s*s?\s*\.?\s*$`).exec(answer);
  if (bare) {
    const [a, b] = [Number(bare.groups!["a"]), Number(bare.groups!["b"])];
    return [Math.min(a, b), Math.max(a, b)];
  }
  const ranges = findCitations(answer).filter(({ fromSec, toSec }) => toSec > fromSec);
  return ranges.length === 1 ? [ranges[0]!.fromSec, ranges[0]!.toSec] : null;
}

/**
 * Places in the view of the frames that a citation speaks of. `shownAtSec` are the times at which the model was told it
 * sees each place, ascending; a place lasts until the next one.
 */
export function citedPlaces(citation: Pick<Citation, "fromSec" | "toSec">, shownAtSec: readonly number[]): number[] {
  const places = shownAtSec.flatMap((time, place) => {
    const until = shownAtSec[place + 1] ?? Number.POSITIVE_INFINITY;
    const isMoment = citation.fromSec === citation.toSec;
    const covers = isMoment
      ? time <= citation.fromSec && citation.fromSec < until
      : time < citation.toSec && citation.fromSec < until;
    return covers ? [place] : [];
  });
  return places.length > 0 || shownAtSec.length === 0 ? places : [0];
}
