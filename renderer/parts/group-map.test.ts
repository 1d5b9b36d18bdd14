import { expect, it } from "vitest";
import type { GroupMap } from "../../contract/methods.ts";
import { placeMap } from "./group-map.ts";

const map: GroupMap = {
  samples: ["hard", "easy"],
  tasks: ["count"],
  cells: [
    { step: 5, pair: "5-0", sample: 0, task: 0, rewardStd: 0, accuracy: 0, dead: true },
    { step: 5, pair: "5-1", sample: 1, task: 0, rewardStd: 0, accuracy: 1, dead: true },
    { step: 9, pair: "9-0", sample: 0, task: 0, rewardStd: 0.5, accuracy: 0.5, dead: false },
  ],
};

it("stacks the groups of a step, the right ones on top, all right and all wrong in their own colours", () => {
  const placed = placeMap(map, "stacked");
  expect(placed.steps).toEqual([5, 9]);
  expect(placed.rows).toBe(2);
  expect(placed.cells.map(({ column, row, color }) => [column, row, color])).toEqual([
    [0, 0, "--good"],
    [0, 1, "--bad"],
    [1, 0, "--accent"],
  ]);
  expect(placed.groups).toEqual([[1], [0], [2]]);
});

it("gives each prompt a row, the easiest first, and means of a task's groups one cell", () => {
  expect(placeMap(map, "prompt").rowLabel(0)).toBe("easy");
  const byTask = placeMap(map, "task");
  expect(byTask.rows).toBe(1);
  expect(byTask.groups).toEqual([[0, 1], [2]]);
  expect(byTask.cells[0]!.color).toBe("--text-3");
});

it("colours by accuracy where it is asked to", () => {
  expect(placeMap(map, "stacked", "accuracy").cells.map(({ color }) => color)).toEqual(["--good", "--bad", "--good"]);
});
