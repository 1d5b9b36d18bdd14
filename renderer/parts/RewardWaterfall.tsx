import type { RolloutView } from "../../contract/methods.ts";
import { rewardPartLabel } from "../metrics.ts";
import { formatNumber, formatSigned } from "./format.ts";
import styles from "./RewardWaterfall.module.css";

const COLORS: Readonly<Record<string, string>> = {
  accuracy: "var(--data-1)",
  format: "var(--data-5)",
  temporal: "var(--data-3)",
  length: "var(--data-6)",
};
const OTHER_COLORS = ["var(--data-2)", "var(--data-4)"];

/** The colour of a reward part, the same in every view. */
export function rewardPartColor(part: string, index: number): string {
  return COLORS[part] ?? OTHER_COLORS[index % OTHER_COLORS.length]!;
}

/** How a rollout's reward adds up, against the mean of its group: in one line. */
export function RewardWaterfall({
  rollout,
  reach,
  mean,
}: {
  readonly rollout: RolloutView;
  /** The greatest reward of the pair: the bar's full length. */
  readonly reach: number;
  readonly mean: number | null;
}) {
  const parts = Object.entries(rollout.rewards);
  const share = (value: number) => `${Math.max(0, (value / reach) * 100)}%`;
  return (
    <div className={styles["waterfall"]}>
      <div className={styles["bar"]} role="img" aria-label={`Reward ${formatNumber(rollout.reward)}`}>
        {parts.map(([part, value], index) =>
          value > 0 ? (
            <span
              key={part}
              title={`${rewardPartLabel(part)} ${formatSigned(value)}`}
              style={{ width: share(value), background: rewardPartColor(part, index) }}
            />
          ) : null,
        )}
        {mean !== null && <i title={`Mean of the group ${formatNumber(mean)}`} style={{ left: share(mean) }} />}
      </div>
    </div>
  );
}

/** What the colours of the bars are, for all answers below. */
export function RewardLegend({ rollouts }: { readonly rollouts: readonly RolloutView[] }) {
  const parts = Object.keys(rollouts[0]?.rewards ?? {});
  const isEarned = (part: string) => rollouts.some(({ rewards }) => (rewards[part] ?? 0) !== 0);
  if (parts.length === 0) return null;
  return (
    <ul className={styles["legend"]} aria-label="Parts of the reward">
      <li>Reward of an answer:</li>
      {parts.map(
        (part, index) =>
          isEarned(part) && (
            <li key={part}>
              <i style={{ background: rewardPartColor(part, index) }} />
              {rewardPartLabel(part)}
            </li>
          ),
      )}
      <li data-kind="mean">
        <i />
        Mean of the group
      </li>
      <li title="How much better or worse than the group">▲ ▼ advantage</li>
    </ul>
  );
}
