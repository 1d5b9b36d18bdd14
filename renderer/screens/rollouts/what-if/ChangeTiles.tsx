import type { Change, Recomputed } from "../../../../science/what-if.ts";
import { formatPercent } from "../../../parts/format.ts";
import styles from "./ChangeTiles.module.css";

const dead = (groups: readonly Recomputed[]) => groups.filter(({ outcome }) => outcome.dead).length;
const open = (groups: readonly Recomputed[]) =>
  groups.filter(({ outcome: { gate } }) => gate?.passed === true && gate.eligible.length > 0).length;

/** What the step would have been, in four numbers. */
export function ChangeTiles({
  change,
  before,
  after,
}: {
  readonly change: Change;
  readonly before: readonly Recomputed[];
  readonly after: readonly Recomputed[];
}) {
  const tiles = [
    {
      name: "Sign flips",
      value: String(change.flipped),
      note: `of ${change.rollouts} answers, ${formatPercent(change.flipped / Math.max(1, change.rollouts), 0)}`,
      hint: "Answers whose advantage would have had another sign: pushed the other way, or only then pushed at all",
    },
    {
      name: "Dead groups",
      value: `${dead(before)} → ${dead(after)}`,
      note: `${change.revived} revived, ${change.died} died`,
      hint: "Groups whose rewards are all equal: no gradient",
    },
    {
      name: "Bonus paid",
      value: `${open(before)} → ${open(after)}`,
      note: `${change.gatesOpened} opened, ${change.gatesClosed} shut`,
      hint: "Prompts whose temporal gate is open and where somebody is right",
    },
    {
      name: "Ranked anew",
      value: String(change.reranked),
      note: `of ${before.length} prompts`,
      hint: "Prompts whose answers come in another order by reward",
    },
  ];
  return (
    <ul className={styles["tiles"]} aria-label="What would change" aria-live="polite">
      {tiles.map((tile) => (
        <li key={tile.name} title={tile.hint} data-tile={tile.name}>
          <span>{tile.name}</span>
          <strong>{tile.value}</strong>
          <em>{tile.note}</em>
        </li>
      ))}
    </ul>
  );
}
