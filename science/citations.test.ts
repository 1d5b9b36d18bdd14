import { describe, expect, it } from "vitest";
import { citedPlaces, findCitations, segmentOf } from "./citations.ts";

const times = (text: string) => findCitations(text).map(({ fromSec, toSec }) => [fromSec, toSec]);

describe("findCitations", () => {
  it("reads moments with their unit and leaves other numbers alone", () => {
    const text = "<think>0 s white ring, at 2.5 s blue, 3 seconds on. So 4 rings, option 2</think>";
    const found = findCitations(text);
    expect(found.map(({ fromSec }) => fromSec)).toEqual([0, 2.5, 3]);
    for (const citation of found) expect(text.slice(citation.start, citation.end)).toBe(citation.text);
  });

  it("reads clocks, ranges, brackets and time tags", () => {
    expect(times("at 00:12 and 1:02:03.5")).toEqual([
      [12, 12],
      [3723.5, 3723.5],
    ]);
    expect(times("from 2 to 4 s, 5–7.5 seconds, between 1 and 2 s")).toEqual([
      [2, 4],
      [5, 7.5],
      [1, 2],
    ]);
    expect(times("[1.5, 3.0] <time>4-6</time> <time>7</time> 0:05 - 0:09")).toEqual([
      [1.5, 3],
      [4, 6],
      [7, 7],
      [5, 9],
    ]);
  });

  it("turns a range round that runs backwards, and finds nothing in plain words", () => {
    expect(times("6 to 4 s")).toEqual([[4, 6]]);
    expect(times("the sixth ring, 7 rings, A2s, 3.5")).toEqual([]);
  });
});

it("takes an answer for a segment only where it names exactly one", () => {
  expect(segmentOf("3.2 to 5.6")).toEqual([3.2, 5.6]);
  expect(segmentOf("[2, 4]")).toEqual([2, 4]);
  expect(segmentOf("from 2 to 4 seconds")).toEqual([2, 4]);
  expect(segmentOf("B")).toBeNull();
  expect(segmentOf("3 s")).toBeNull();
});

it("finds the frames that are on screen at a cited time", () => {
  const shown = [0, 0.5, 1, 1.5];
  expect(citedPlaces({ fromSec: 1, toSec: 1 }, shown)).toEqual([2]);
  expect(citedPlaces({ fromSec: 0.5, toSec: 1.5 }, shown)).toEqual([1, 2]);
  expect(citedPlaces({ fromSec: 9, toSec: 9 }, shown)).toEqual([3]);
  expect(citedPlaces({ fromSec: 1, toSec: 1 }, [])).toEqual([]);
});
