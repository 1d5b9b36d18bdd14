/** Stretches of time and boxes out of a text, by the careful rule. */
import type { Box, Interval } from "../metrics/grounding.ts";
import { read, unread, type Reading } from "./reading.ts";

const CLOCK = String.raw`(?:\d{1,2}:)?\d{1,2}:\d{2}(?:\.\d+)?`;
const TIME = String.raw`(${CLOCK}|\d+(?:\.\d+)?)`;
const UNIT = String.raw`\s*(?:s\b|sec\b|secs\b|seconds?\b|秒)?`;
const BETWEEN = String.raw`\s*(?:-|–|—|~|,|to|until|till|and(?:\s+ends?\s+at)?|到|至)\s*`;
const SPAN = new RegExp(`${TIME}${UNIT}${BETWEEN}${TIME}`, "giu");

/** `75.5`, `1:15.5` or `0:01:15.5` in seconds. */
function secondsOf(text: string): number {
  return text.split(":").reduce((sum, part) => sum * 60 + Number(part), 0);
}

/** All stretches named, in order; each as written, so one whose end lies before its start overlaps nothing. */
export function readSegments(span: string): Reading<readonly Interval[]> {
  const found = [...span.normalize("NFKC").matchAll(SPAN)].map((match): Interval => [
    secondsOf(match[1]!),
    secondsOf(match[2]!),
  ]);
  return found.length === 0
    ? unread("no stretch of time is named")
    : read(found, found.length === 1 ? "start and end" : `${found.length} stretches of time`);
}

const NUMBERS = /-?\d+(?:\.\d+)?/g;

/** A box of four numbers, left, top, right, bottom; more or fewer numbers are none. */
export function readBox(span: string): Reading<Box> {
  // The name of the usual key ends in a digit.
  const numbers = (span.replace(/bbox_?2d/gi, "").match(NUMBERS) ?? []).map(Number);
  if (numbers.length !== 4) return unread(`a box has four numbers, not ${numbers.length}`);
  return read(numbers as unknown as Box, "four numbers");
}
