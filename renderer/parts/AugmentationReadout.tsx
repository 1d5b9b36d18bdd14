import type { GroupView } from "../../contract/methods.ts";
import type { Augmentation } from "../../contract/journal.ts";
import { Icon } from "./Icon.tsx";
import { formatNumber } from "./format.ts";
import styles from "./AugmentationReadout.module.css";

const WORDS = {
  none: { title: "Asked as it is", why: "near the mean of recent prompts, or nothing could be done" },
  hint: { title: "Hint given", why: "harder than recent prompts" },
  noise: { title: "Noise on the frames", why: "easier than recent prompts" },
} as const;

/** How difficult a prompt was, what was done about it, and what that did to its group. */
export function AugmentationReadout({
  augmentation,
  group,
}: {
  readonly augmentation: Augmentation;
  readonly group: GroupView;
}) {
  const { mode, rewardBefore, deadBefore, delta, level, hint, sigma } = augmentation;
  const { title, why } = WORDS[mode];
  return (
    <section className={styles["augmentation"]} data-mode={mode} aria-label="Difficulty">
      <span className={styles["verdict"]} title={why}>
        <Icon name={mode === "none" ? "check" : mode === "hint" ? "info" : "sun"} size={14} />
        {title}
      </span>
      <dl>
        <div title="Mean reward of the prompt as it stands in the data">
          <dt>reward before</dt>
          <dd>
            {formatNumber(rewardBefore, 2)}
            {deadBefore ? " (dead)" : ""}
          </dd>
        </div>
        <div title="Mean reward of recent prompts minus its own: above 0 it is hard">
          <dt>difficulty Δ</dt>
          <dd>{delta === null ? "no history" : formatNumber(delta, 2)}</dd>
        </div>
        {mode !== "none" && (
          <div title="Mean reward of the answers below">
            <dt>reward after</dt>
            <dd>
              {formatNumber(group.rewardMean, 2)}
              {group.dead ? " (dead)" : ""}
            </dd>
          </div>
        )}
        {mode === "hint" && (
          <div title="How many quarters of the best trace were revealed">
            <dt>level</dt>
            <dd>{formatNumber(level, 0)}</dd>
          </div>
        )}
        {sigma !== null && (
          <div title="Deviation of the noise, pixels from 0 to 1">
            <dt>σ</dt>
            <dd>{formatNumber(sigma, 2)}</dd>
          </div>
        )}
      </dl>
      {hint !== null && <p>“{hint}”</p>}
    </section>
  );
}
