import { expect, it } from "vitest";
import { curveCsv } from "./curve.ts";

it("writes curves as a table: a row a step, empty where a line has no point, names quoted where they must be", () => {
  const point = (step: number, value: number) => ({
    x: step,
    step,
    time: step * 1000,
    value,
    min: value,
    max: value + 1,
  });
  const csv = curveCsv([
    { key: "reward", points: [point(2, 0.5), point(1, 0.25)] },
    { key: "a,b", points: [point(2, 3)] },
  ]);
  expect(csv.split("\n")).toEqual([
    'step,time,reward,reward min,reward max,"a,b","a,b min","a,b max"',
    "1,1970-01-01T00:00:01.000Z,0.25,0.25,1.25,,,",
    "2,1970-01-01T00:00:02.000Z,0.5,0.5,1.5,3,3,4",
    "",
  ]);
});
