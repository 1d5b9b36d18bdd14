import { useMemo, useState } from "react";
import type { GroupMap } from "../../contract/methods.ts";
import { navigate } from "../state/route.ts";
import { Card } from "./Card.tsx";
import { formatNumber, formatPercent } from "./format.ts";
import { placeMap } from "./group-map.ts";
import type { MapRows, MapValue } from "./group-map.ts";
import { HeatMap } from "./HeatMap.tsx";
import { Segmented } from "./Segmented.tsx";
import styles from "./GroupMapCard.module.css";

/** Rows thinner than this cannot be pointed at; more rows than that many pixels scroll. */
const ROW_HEIGHTS: Readonly<Record<MapRows, number>> = { stacked: 14, prompt: 8, task: 16 };

/** Rows that all fit on the screen may be as high as it has room for. */
const stackedHeight = (rows: number): number =>
  Math.max(ROW_HEIGHTS.stacked, Math.min(24, Math.floor((window.innerHeight * 0.5) / Math.max(1, rows))));

/** The map in its card, with the choice of rows; also shown as a recipe's panel. */
export function GroupMapCard({
  run,
  map,
  value = "rewardStd",
  title = "Dead groups",
  explanation = "A group whose rewards are all equal gives no gradient. Stacked: all groups of a step over each other. By prompt: one row a prompt, the easiest first; a prompt that was met once has one cell.",
}: {
  readonly run: string;
  readonly map: GroupMap;
  /** What the colours say: alive and how much, or the share of right answers. */
  readonly value?: MapValue;
  readonly title?: string;
  readonly explanation?: string;
}) {
  const [rows, setRows] = useState<MapRows>("stacked");
  const placed = useMemo(() => placeMap(map, rows, value), [map, rows, value]);
  const dead = map.cells.filter((cell) => cell.dead);
  const open = (index: number) => {
    const cell = map.cells[placed.groups[index]![0]!]!;
    navigate({ screen: "rollouts", run, step: cell.step, pair: cell.pair, rollout: null });
  };
  const describe = (index: number) => {
    const own = placed.groups[index]!.map((at) => map.cells[at]!);
    const [first] = own;
    const words = (cell: (typeof own)[0]) =>
      `${map.samples[cell.sample]} · ${formatPercent(cell.accuracy, 0)} right, spread ${formatNumber(cell.rewardStd, 2)}${cell.dead ? ", dead" : ""}`;
    return own.length === 1
      ? `Step ${first!.step} · ${map.tasks[first!.task]} · ${words(first!)}`
      : `Step ${first!.step} · ${own.length} groups of ${map.tasks[first!.task]} · first: ${words(first!)}`;
  };
  return (
    <Card
      title={title}
      explanation={explanation}
      aside={
        <Segmented
          label="Rows"
          value={rows}
          onChange={setRows}
          choices={[
            { value: "stacked", label: "Stacked" },
            { value: "prompt", label: "By prompt" },
            { value: "task", label: "By task" },
          ]}
        />
      }
    >
      <ul className={styles["legend"]}>
        {value === "rewardStd" ? (
          <>
            <li data-kind="good">all right: too easy</li>
            <li data-kind="bad">all wrong: too hard</li>
            <li data-kind="same">dead for another reason</li>
            <li data-kind="alive">alive, stronger with its spread</li>
          </>
        ) : (
          <>
            <li data-kind="good">more than half right</li>
            <li data-kind="bad">less than half right</li>
          </>
        )}
        <li className={styles["share"]}>
          {dead.length} of {map.cells.length} groups dead, {formatPercent(dead.length / map.cells.length, 0)}
        </li>
      </ul>
      <div className={styles["scroll"]} data-map={rows}>
        <HeatMap
          key={rows}
          label={`Groups by step, ${rows}`}
          columns={placed.steps.length}
          rows={placed.rows}
          cells={placed.cells}
          rowHeight={rows === "stacked" ? stackedHeight(placed.rows) : ROW_HEIGHTS[rows]}
          rowLabel={placed.rowLabel}
          columnUnit="step"
          columnLabel={(column) => String(placed.steps[column] ?? "")}
          describe={describe}
          onPick={open}
        />
      </div>
    </Card>
  );
}
