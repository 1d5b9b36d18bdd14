import type { Recomputed } from "../../../../science/what-if.ts";
import { flips, ranking } from "../../../../science/what-if.ts";
import { Card } from "../../../parts/Card.tsx";
import { Icon } from "../../../parts/Icon.tsx";
import { formatNumber, formatPercent, formatSigned } from "../../../parts/format.ts";
import type { Pair } from "../pairs.ts";
import styles from "./ChangedGroup.module.css";

/** One prompt's answers by their new rank: reward, advantage and pull, before and after. */
export function ChangedGroup({
  pair,
  before,
  after,
  onOpen,
}: {
  readonly pair: Pair;
  readonly before: Recomputed;
  readonly after: Recomputed;
  readonly onOpen: (rollout: number) => void;
}) {
  const { ordered } = pair;
  const [oldRanks, newRanks] = [ranking(before.outcome.rewards), ranking(after.outcome.rewards)];
  const order = newRanks.map((_, index) => index).sort((a, b) => newRanks[a]! - newRanks[b]! || a - b);
  const reach = Math.max(1, ...[before, after].flatMap(({ outcome }) => outcome.advantages.map(Math.abs)));
  return (
    <Card title={ordered.question} aside={<GateChange before={before} after={after} />}>
      <table className={styles["answers"]} data-table="what-if">
        <thead>
          <tr>
            <th scope="col" title="Place by reward: before, after">
              Rank
            </th>
            <th scope="col">Answer</th>
            <th scope="col" className={styles["number"]}>
              Reward
            </th>
            <th scope="col" title="Hollow: under the run's own settings; filled: under the changed ones">
              Advantage ○ → ●
            </th>
            <th
              scope="col"
              className={styles["number"]}
              title="Sum over tokens of minus the loss's derivative: how hard the answer is pushed by this objective"
            >
              Pull
            </th>
          </tr>
        </thead>
        <tbody>
          {order.map((index) => {
            const rollout = ordered.rollouts[index]!;
            const [old, now] = [before.outcome.advantages[index]!, after.outcome.advantages[index]!];
            const flipped = flips(old, now);
            return (
              <tr key={rollout.id} data-flipped={flipped} data-rollout={rollout.id}>
                <td>
                  <Rank before={oldRanks[index]!} after={newRanks[index]!} />
                </td>
                <td className={styles["answer"]}>
                  <button type="button" onClick={() => onOpen(rollout.id)} title={rollout.text}>
                    <span data-correct={rollout.correct}>
                      <Icon name={rollout.correct ? "check" : "cross"} size={12} /> {rollout.prediction || "no answer"}
                    </span>
                    {rollout.text}
                  </button>
                </td>
                <td className={styles["number"]}>
                  <Changed before={before.outcome.rewards[index]!} after={after.outcome.rewards[index]!} />
                </td>
                <td>
                  <Dumbbell before={old} after={now} reach={reach} />
                  <span className={styles["advantage"]} data-sign={Math.sign(now)}>
                    {formatSigned(now)}
                  </span>
                  {flipped && <em title="Another sign than under the run's settings">flips</em>}
                </td>
                <td className={styles["number"]}>{formatSigned(after.pulls[index], 2)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Card>
  );
}

function Rank({ before, after }: { readonly before: number; readonly after: number }) {
  return (
    <span className={styles["rank"]} data-moved={Math.sign(before - after)}>
      {after + 1}
      {before !== after && (
        <span title={`Was ${before + 1}`}>
          {before > after ? "▲" : "▼"}
          {Math.abs(before - after)}
        </span>
      )}
    </span>
  );
}

function Changed({ before, after }: { readonly before: number; readonly after: number }) {
  const same = Math.abs(before - after) < 1e-9;
  return (
    <>
      {!same && <s>{formatNumber(before)}</s>} {formatNumber(after)}
    </>
  );
}

function Dumbbell({
  before,
  after,
  reach,
}: {
  readonly before: number;
  readonly after: number;
  readonly reach: number;
}) {
  const at = (value: number) => 44 + (value / reach) * 39;
  return (
    <svg className={styles["dumbbell"]} width="88" height="16" aria-hidden="true">
      <line x1="44" x2="44" y1="0" y2="16" data-kind="zero" />
      <line x1={at(before)} x2={at(after)} y1="8" y2="8" />
      <circle cx={at(before)} cy="8" r="3.5" data-kind="before" />
      <circle cx={at(after)} cy="8" r="3.5" data-sign={Math.abs(after) < 1e-9 ? 0 : Math.sign(after)} />
    </svg>
  );
}

function GateChange({ before, after }: { readonly before: Recomputed; readonly after: Recomputed }) {
  const words = ({ outcome: { gate } }: Recomputed) =>
    gate === null
      ? "no contrast"
      : `p ${formatPercent(gate.p, 0)} ${gate.passed ? "≥" : "<"} μ·p̃ ${formatPercent(gate.mu * gate.pShuffled, 0)}`;
  const [old, now] = [words(before), words(after)];
  return (
    <span className={styles["gate"]}>
      {old !== now && <s>{old}</s>} {now}
    </span>
  );
}
