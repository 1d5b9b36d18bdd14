/** The run's groups as cells of a map: which row each falls into, and its colour. */
import type { GroupCell, GroupMap } from "../../contract/methods.ts";
import type { HeatCell } from "./HeatMap.tsx";

export const MAP_ROWS = ["stacked", "prompt", "task"] as const;
/**
 * `stacked`: the groups of a step over each other, all wrong at the bottom, all right at the top; `prompt`: a row a prompt;
 * `task`: a row a task with the mean of its groups.
 */
export type MapRows = (typeof MAP_ROWS)[number];

export interface PlacedMap {
  readonly rows: number;
  readonly steps: readonly number[];
  readonly cells: readonly HeatCell[];
  /** Of each cell: the groups behind it, positions in the map's cells. */
  readonly groups: readonly (readonly number[])[];
  readonly rowLabel: (row: number) => string;
}

/** A spread as strong as this is drawn at full strength: half right, half wrong. */
const FULL_SPREAD = 0.8;

/** What the colours say. */
export type MapValue = "rewardStd" | "accuracy";

function colour(
  cell: Pick<GroupCell, "dead" | "accuracy" | "rewardStd">,
  value: MapValue,
): Pick<HeatCell, "color" | "strength"> {
  if (value === "accuracy") {
    const side = Math.abs(cell.accuracy - 0.5) * 2;
    return { color: cell.accuracy >= 0.5 ? "--good" : "--bad", strength: 0.15 + 0.75 * side };
  }
  if (!cell.dead) {
    return { color: "--accent", strength: 0.25 + 0.75 * Math.min(1, (cell.rewardStd ?? 0) / FULL_SPREAD) };
  }
  // Dead: all alike. What they are alike in tells why.
  if (cell.accuracy >= 1) return { color: "--good", strength: 0.75 };
  if (cell.accuracy <= 0) return { color: "--bad", strength: 0.75 };
  return { color: "--text-3", strength: 0.6 };
}

export function placeMap(map: GroupMap, kind: MapRows, value: MapValue = "rewardStd"): PlacedMap {
  const steps = [...new Set(map.cells.map(({ step }) => step))].sort((a, b) => a - b);
  const columnOf = new Map(steps.map((step, column) => [step, column]));
  const column = (cell: GroupCell) => columnOf.get(cell.step)!;
  if (kind === "stacked") {
    const byStep = new Map<number, number[]>();
    map.cells.forEach((cell, index) => byStep.set(cell.step, [...(byStep.get(cell.step) ?? []), index]));
    const rows = Math.max(1, ...[...byStep.values()].map(({ length }) => length));
    const placed = [...byStep.values()].flatMap((indexes) =>
      [...indexes]
        .sort((a, b) => map.cells[b]!.accuracy - map.cells[a]!.accuracy || map.cells[a]!.sample - map.cells[b]!.sample)
        .map((index, row) => ({ index, row })),
    );
    return {
      rows,
      steps,
      cells: placed.map(({ index, row }) => {
        const cell = map.cells[index]!;
        return { column: column(cell), row, ...colour(cell, value) };
      }),
      groups: placed.map(({ index }) => [index]),
      rowLabel: (row) => (row === 0 ? "most right" : row >= rows - 1 ? "most wrong" : ""),
    };
  }
  const names = kind === "prompt" ? map.samples : map.tasks;
  const rowOf = (cell: GroupCell) => (kind === "prompt" ? cell.sample : cell.task);
  // Rows by difficulty, the easiest first.
  const sums = names.map(() => ({ accuracy: 0, count: 0 }));
  for (const cell of map.cells) {
    sums[rowOf(cell)]!.accuracy += cell.accuracy;
    sums[rowOf(cell)]!.count++;
  }
  const order = names
    .map((_, index) => index)
    .sort((a, b) => sums[b]!.accuracy / sums[b]!.count - sums[a]!.accuracy / sums[a]!.count || a - b);
  const place = new Map(order.map((name, row) => [name, row]));
  const byPlace = new Map<string, number[]>();
  map.cells.forEach((cell, index) => {
    const key = `${column(cell)} ${place.get(rowOf(cell))}`;
    byPlace.set(key, [...(byPlace.get(key) ?? []), index]);
  });
  const entries = [...byPlace].map(([key, indexes]) => {
    const [at, row] = key.split(" ").map(Number) as [number, number];
    const own = indexes.map((index) => map.cells[index]!);
    const mean = (of: (cell: GroupCell) => number) => own.reduce((sum, cell) => sum + of(cell), 0) / own.length;
    const merged = {
      dead: own.every(({ dead }) => dead),
      accuracy: mean(({ accuracy }) => accuracy),
      rewardStd: mean(({ rewardStd }) => rewardStd ?? 0),
    };
    return { cell: { column: at, row, ...colour(merged, value) }, indexes };
  });
  return {
    rows: names.length,
    steps,
    cells: entries.map(({ cell }) => cell),
    groups: entries.map(({ indexes }) => indexes),
    rowLabel: (row) => names[order[row]!]?.replaceAll(/[_-]/g, " ") ?? "",
  };
}
