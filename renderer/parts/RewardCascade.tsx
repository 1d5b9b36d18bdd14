/** From a rollout's parts to the push of its gradient, step by step: each number beside the bar that it moves. */
import type { GroupView, RolloutView } from "../../contract/methods.ts";
import type { WhatIfSettings } from "../../science/what-if.ts";
import { rewardPartLabel } from "../metrics.ts";
import { normalisationWords } from "./advantage-words.ts";
import { formatNumber, formatSigned } from "./format.ts";
import { rewardPartColor } from "./RewardWaterfall.tsx";
import styles from "./RewardCascade.module.css";

interface CascadeProps {
  readonly rollout: RolloutView;
  readonly group: GroupView;
  readonly settings: WhatIfSettings | null;
  /** Sum over the rollout's tokens of minus d(loss)/d(log-probability); null where it is not trained on. */
  readonly pull: number | null;
}

interface Bar {
  readonly key: string;
  readonly label: string;
  readonly note?: string;
  readonly value: string;
  readonly from: number;
  readonly to: number;
  readonly color: string;
  readonly total?: boolean;
}

function barsOf({ rollout, group }: CascadeProps): Bar[] {
  let sum = 0;
  const bars = Object.entries(rollout.rewards).map(([part, value], index): Bar => {
    const from = sum;
    sum += value;
    const gate = group.gate;
    const note =
      part === "temporal" && gate ? (gate.passed ? (value > 0 ? "gate open" : "not right") : "gate shut") : undefined;
    return {
      key: part,
      label: rewardPartLabel(part),
      ...(note ? { note } : {}),
      value: formatSigned(value),
      from,
      to: sum,
      color: rewardPartColor(part, index),
    };
  });
  bars.push({
    key: "reward",
    label: "Reward",
    value: formatNumber(rollout.reward),
    from: 0,
    to: rollout.reward,
    color: "var(--text-3)",
    total: true,
  });
  if (group.rewardMean !== null) {
    bars.push({
      key: "mean",
      label: "− mean of the group",
      value: formatSigned(-group.rewardMean),
      from: rollout.reward,
      to: rollout.reward - group.rewardMean,
      color: "var(--data-2)",
    });
  }
  return bars;
}

export function RewardCascade(props: CascadeProps) {
  const { rollout, group, settings, pull } = props;
  const bars = barsOf(props);
  const low = Math.min(0, ...bars.flatMap(({ from, to }) => [from, to]));
  const high = Math.max(1e-6, ...bars.flatMap(({ from, to }) => [from, to]));
  const at = (value: number) => `${((value - low) / (high - low)) * 100}%`;
  const { advantage } = rollout;
  const bonus =
    group.gate?.apply === "advantage" && group.gate.passed && group.gate.eligible.includes(rollout.index)
      ? group.gate.alpha
      : 0;
  return (
    <div className={styles["cascade"]}>
      <table>
        <caption className="visually-hidden">How the reward becomes the advantage</caption>
        <tbody>
          {bars.map((bar) => (
            <tr key={bar.key} data-total={bar.total}>
              <th scope="row">
                {bar.label}
                {bar.note && <span>{bar.note}</span>}
              </th>
              <td className={styles["track"]}>
                <i className={styles["zero"]} style={{ left: at(0) }} />
                <i
                  className={styles["bar"]}
                  style={{
                    left: at(Math.min(bar.from, bar.to)),
                    width: `max(2px, ${(Math.abs(bar.to - bar.from) / (high - low)) * 100}%)`,
                    background: bar.color,
                  }}
                />
              </td>
              <td className={styles["value"]}>{bar.value}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {advantage !== null && group.trained ? (
        <p className={styles["end"]} data-sign={Math.sign(advantage)}>
          <span title={settings ? normalisationWords(settings.advantage) : undefined}>
            ÷ spread {group.dead ? 0 : formatNumber(group.rewardStd)}
            {bonus !== 0 && <> · bonus {formatSigned(bonus)}</>}
          </span>
          <span>
            = advantage <strong>{formatSigned(advantage)}</strong>
          </span>
          <span className={styles["push"]}>
            {group.dead || advantage === 0
              ? "→ no policy gradient"
              : advantage > 0
                ? "→ ▲ its tokens are made more likely"
                : "→ ▼ its tokens are made less likely"}
            {pull !== null && advantage !== 0 && settings && (
              <span title="Sum over its tokens of minus the loss's derivative, at the first update, without the KL term">
                {" "}
                (pull {formatSigned(pull, 2)} by {settings.objective}, {formatSigned(pull / rollout.tokenCount, 2)} a
                token)
              </span>
            )}
          </span>
        </p>
      ) : (
        <p className={styles["end"]}>
          <span>Scored for the gate, never trained on: no advantage, no gradient.</span>
        </p>
      )}
    </div>
  );
}
