import { useMemo, useState } from "react";
import type { Panel } from "../../contract/panels.ts";
import { isConsistent } from "../../science/metrics/consistency.ts";
import { rewardPartLabel } from "../metrics.ts";
import { Card } from "../parts/Card.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { formatNumber, formatPercent } from "../parts/format.ts";
import { useVisible } from "../parts/useVisible.ts";
import { navigate } from "../state/route.ts";
import { useNewestGroups } from "./newest-groups.ts";
import { isYesOrNo, numberOf, quadrantsOf, wordsOfHalf, type JudgedView } from "./quadrants.ts";
import styles from "./QuadrantPanel.module.css";

interface Placed extends JudgedView {
  readonly pair: string;
}

const LISTED = 12;

/** A recipe's panel of kind `quadrant`: the newest answers by two of their numbers, and the texts behind each quarter. */
export function QuadrantPanel({
  run,
  panel,
}: {
  readonly run: string;
  readonly panel: Extract<Panel, { kind: "quadrant" }>;
}) {
  const [ref, visible] = useVisible<HTMLDivElement>();
  const { step, groups, error } = useNewestGroups(run, visible);
  const [chosen, setChosen] = useState<readonly [number, number] | null>(null);
  const rollouts = useMemo(
    () =>
      (groups ?? [])
        .filter(({ trained }) => trained)
        .flatMap(({ pair, problemType, options, rollouts }) =>
          rollouts.map((rollout): Placed => ({
            ...rollout,
            pair,
            consistent: isConsistent(rollout.text, problemType, options),
          })),
        ),
    [groups],
  );
  const { cells, cut, left } = useMemo(
    () =>
      quadrantsOf(
        rollouts,
        (rollout) => numberOf(rollout, panel.x),
        (rollout) => numberOf(rollout, panel.y),
        { ...(isYesOrNo(panel.x) ? { x: 0.5 } : {}), ...(isYesOrNo(panel.y) ? { y: 0.5 } : {}) },
      ),
    [rollouts, panel],
  );
  const total = rollouts.length - left;
  const [xWords, yWords] = [rewardPartLabel(panel.x), rewardPartLabel(panel.y)];
  return (
    <div ref={ref} data-panel={panel.title}>
      <Card
        title={panel.title}
        explanation={panel.explanation}
        aside={step !== null && <span className={styles["step"]}>step {step}</span>}
      >
        {error ? (
          <ErrorNote error={error} />
        ) : !groups ? (
          <Skeleton height={200} />
        ) : total === 0 ? (
          <EmptyState
            compact
            icon="rollouts"
            title={
              rollouts.length === 0
                ? "Answers appear with the first step of reinforcement learning."
                : `No answer of this run has both “${panel.x}” and “${panel.y}”.`
            }
          />
        ) : (
          <div className={styles["panel"]}>
            <div className={styles["grid"]} role="group" aria-label={`${yWords} by ${xWords}`}>
              {[1, 0].flatMap((y) =>
                [0, 1].map((x) => {
                  const count = cells[y]![x]!.length;
                  const isChosen = chosen?.[0] === y && chosen[1] === x;
                  return (
                    <button
                      key={`${y} ${x}`}
                      type="button"
                      aria-pressed={isChosen}
                      data-quadrant={`${y}${x}`}
                      style={{
                        background: `color-mix(in srgb, var(--accent) ${((count / total) * 60).toFixed(0)}%, var(--sunken))`,
                      }}
                      onClick={() => setChosen(isChosen ? null : [y, x])}
                    >
                      <strong>{formatPercent(count / total, 0)}</strong>
                      <span>
                        {wordsOfHalf(panel.y, yWords, y === 1)}, {wordsOfHalf(panel.x, xWords, x === 1)} · {count}
                      </span>
                    </button>
                  );
                }),
              )}
            </div>
            <ul className={styles["list"]}>
              {!chosen && (
                <li className={styles["hint"]}>
                  {!(isYesOrNo(panel.x) && isYesOrNo(panel.y)) &&
                    `Cut at ${yWords} ${formatNumber(cut.y, 2)} and ${xWords} ${formatNumber(cut.x, 2)}. `}
                  Choose a quarter to read its answers.
                </li>
              )}
              {chosen && cells[chosen[0]]![chosen[1]]!.length === 0 && (
                <li className={styles["hint"]}>No answer of this step lies here.</li>
              )}
              {chosen &&
                cells[chosen[0]]![chosen[1]]!.slice(0, LISTED).map((rollout) => (
                  <li key={rollout.id}>
                    <button
                      type="button"
                      onClick={() =>
                        navigate({ screen: "rollouts", run, step, pair: rollout.pair, rollout: rollout.id })
                      }
                    >
                      {rollout.text}
                    </button>
                  </li>
                ))}
            </ul>
          </div>
        )}
      </Card>
    </div>
  );
}
