import { expect, it } from "vitest";
import { shareUnchanged } from "./share.ts";

it("gives the older answer back when nothing changed", () => {
  const older = { step: 3, stages: [{ name: "sft" }, { name: "rl" }] };
  expect(shareUnchanged(older, structuredClone(older))).toBe(older);
});

it("keeps the parts that did not change, and takes over those that did", () => {
  const older = { step: 3, stages: [{ name: "sft" }], points: [{ x: 1 }, { x: 2 }] };
  const newer = { step: 4, stages: [{ name: "sft" }], points: [{ x: 1 }, { x: 5 }, { x: 6 }] };
  const shared = shareUnchanged(older, newer);
  expect(shared).toEqual(newer);
  expect(shared.stages).toBe(older.stages);
  expect(shared.points[0]).toBe(older.points[0]);
  expect(shared.points[1]).not.toBe(older.points[1]);
});

it("tells nothing from null, a list from an object, and a missing field from one that is there", () => {
  expect(shareUnchanged({ a: null }, { a: {} })).toEqual({ a: {} });
  expect(shareUnchanged([1], { 0: 1 })).toEqual({ 0: 1 });
  expect(shareUnchanged({ a: 1, b: 2 }, { a: 1 })).toEqual({ a: 1 });
});
