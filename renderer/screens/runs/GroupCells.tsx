import type { RunGroup, Spread } from "../../../contract/methods.ts";
import { Icon } from "../../parts/Icon.tsx";
import { formatCount } from "../../parts/format.ts";
import styles from "./GroupCells.module.css";

const SEEDS_LISTED = 6;

export function GroupName({ group, open }: { readonly group: RunGroup; readonly open: boolean }) {
  const { label, runs, seeds } = group;
  const listed = seeds.slice(0, SEEDS_LISTED).join(", ") + (seeds.length > SEEDS_LISTED ? " …" : "");
  return (
    <div className={styles["name"]}>
      <span className={styles["arrow"]} data-open={open}>
        <Icon name="chevron" size={14} />
      </span>
      <div>
        <strong title={label}>{label}</strong>
        <span>
          {formatCount(runs)} {runs === 1 ? "run" : "runs"} · {seeds.length === 1 ? "seed" : "seeds"} {listed}
        </span>
      </div>
    </div>
  );
}

/** In how many states a group's runs are, the commonest first. */
export function GroupStates({ group }: { readonly group: RunGroup }) {
  return (
    <div className={styles["states"]}>
      {group.states.slice(0, 2).map(({ value, runs }) => (
        <span key={value}>
          {formatCount(runs)} {value}
        </span>
      ))}
    </div>
  );
}

/** Mean over a group's runs, and how far they lie apart: one standard deviation of single runs. */
export function SpreadCell({
  spread,
  runs,
  format,
}: {
  readonly spread: Spread | undefined;
  readonly runs: number;
  readonly format: (value: number) => string;
}) {
  if (!spread) return <span className={styles["nothing"]}>–</span>;
  const { mean, std, n } = spread;
  const title = `Mean of ${n} ${n === 1 ? "run" : "runs"}${n < runs ? `; ${runs - n} without a value` : ""}${
    std === null ? "" : ", ± one standard deviation of single runs"
  }`;
  return (
    <div className={styles["spread"]} title={title}>
      <span>{format(mean)}</span>
      {std !== null && <em>± {format(std)}</em>}
    </div>
  );
}
