import { expect, it } from "vitest";
import { findCitations } from "../../../science/citations.ts";
import { citedPositions } from "./evidence-times.ts";

const frames = [0, 0.5, 1, 1.5, 2, 2.5].map((ptsSec, index) => ({ hash: String(index), index, ptsSec }));
const cite = (text: string) => findCitations(text)[0]!;

it("takes a whole second for all its frames, and a moment for the one on screen", () => {
  const media = { frames, permutation: null };
  expect(citedPositions(media, cite("at 1 s red"))).toEqual([2, 3]);
  expect(citedPositions(media, cite("at 1.6 s red"))).toEqual([3]);
  expect(citedPositions(media, cite("from 0.5 to 1.5 s"))).toEqual([1, 2]);
});

it("follows a shuffled view: what stood in that place, not what belongs to that time", () => {
  const permutation = [5, 4, 0, 1, 2, 3];
  const media = { frames: permutation.map((source) => frames[source]!), permutation };
  expect(citedPositions(media, cite("0 s"))).toEqual([5, 4]);
});
