import { expect, it } from "vitest";
import { chartRows, smooth } from "./smoothing.ts";

it("is not pulled towards zero at the start", () => {
  expect(smooth([4, 4, 4], 0.9).map((value) => value!.toFixed(6))).toEqual(["4.000000", "4.000000", "4.000000"]);
});

it("leaves values as they are without smoothing, and gaps as gaps", () => {
  expect(smooth([1, null, 3], 0)).toEqual([1, null, 3]);
});

it("joins lines by their place on the axis and keeps the extremes of a bucket", () => {
  const rows = chartRows(
    [
      { key: "a", points: [{ x: 1, step: 1, value: 2, min: 1, max: 9 }] },
      { key: "b", points: [{ x: 20, step: 2, value: 5, min: 5, max: 5 }] },
    ],
    0,
    false,
  );
  expect(rows).toEqual([
    { x: 1, step: 1, a: 2, "a:raw": 2, "a:band": [1, 9] },
    { x: 20, step: 2, b: 5, "b:raw": 5 },
  ]);
});

it("leaves out on a logarithmic axis what has no logarithm", () => {
  const rows = chartRows([{ key: "a", points: [{ x: 1, step: 1, value: 0, min: -1, max: 1 }] }], 0, true);
  expect(rows).toEqual([{ x: 1, step: 1, a: null, "a:raw": null }]);
});
