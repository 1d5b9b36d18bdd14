import type { Recomputed } from "../../../../science/what-if.ts";
import { flips } from "../../../../science/what-if.ts";
import { formatNumber } from "../../../parts/format.ts";
import type { Pair } from "../pairs.ts";
import styles from "./GroupRows.module.css";

/** Equal rewards may leave a rounding of 1e-16 in their spread. */
const spread = ({ dead, rewardStd }: Recomputed["outcome"]): string => (dead ? "0" : formatNumber(rewardStd, 2));

/** Each prompt of the step: its spread before and after, and how many of its answers flip. */
export function GroupRows({
  pairs,
  before,
  after,
  selected,
  onSelect,
}: {
  readonly pairs: readonly Pair[];
  readonly before: readonly Recomputed[];
  readonly after: readonly Recomputed[];
  readonly selected: number;
  readonly onSelect: (pair: string) => void;
}) {
  return (
    <ul className={styles["rows"]} aria-label="Prompts of this step">
      {pairs.map(({ pair, ordered }, place) => {
        const [old, now] = [before[place]!.outcome, after[place]!.outcome];
        const flipped = old.advantages.filter((value, index) => flips(value, now.advantages[index]!)).length;
        return (
          <li key={pair}>
            <button type="button" aria-current={place === selected} onClick={() => onSelect(pair)}>
              <span className={styles["question"]}>{ordered.question}</span>
              <span className={styles["meta"]}>
                ± {spread(old)}
                {spread(old) !== spread(now) && ` → ${spread(now)}`}
                {old.dead && !now.dead && <em data-kind="good">revived</em>}
                {!old.dead && now.dead && <em data-kind="bad">dead</em>}
                {old.dead && now.dead && <em>dead</em>}
                {flipped > 0 && !now.dead && <em data-kind="flip">{flipped} flip</em>}
              </span>
              <Signs recomputed={before[place]!} />
              <Signs recomputed={after[place]!} before={before[place]!} />
            </button>
          </li>
        );
      })}
    </ul>
  );
}

/** One bar an answer, up or down by its advantage; where the sign changed it is outlined. */
function Signs({ recomputed, before }: { readonly recomputed: Recomputed; readonly before?: Recomputed }) {
  const { advantages } = recomputed.outcome;
  return (
    <svg
      className={styles["signs"]}
      viewBox={`0 0 ${advantages.length * 7} 20`}
      width={advantages.length * 7}
      height="20"
      role="img"
      aria-label={`${before ? "After" : "Before"}: ${advantages.map((value) => formatNumber(value, 2)).join(", ")}`}
    >
      <line x1="0" x2={advantages.length * 7} y1="10" y2="10" />
      {advantages.map((value, index) => {
        const size = Math.min(9, Math.abs(value) * 4.5);
        const flipped = before !== undefined && flips(before.outcome.advantages[index]!, value);
        return (
          <rect
            key={index}
            x={index * 7 + 1}
            width="5"
            y={value > 0 ? 10 - size : 10}
            height={Math.max(size, 0.75)}
            data-sign={Math.abs(value) < 1e-9 ? 0 : Math.sign(value)}
            data-flipped={flipped}
          />
        );
      })}
    </svg>
  );
}
