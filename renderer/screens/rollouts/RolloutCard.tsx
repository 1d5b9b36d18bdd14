import { useEffect, useRef } from "react";
import type { GroupView, RolloutView, TokenChannels } from "../../../contract/methods.ts";
import { findCorrections } from "../../../science/aha.ts";
import { Icon } from "../../parts/Icon.tsx";
import { RewardWaterfall } from "../../parts/RewardWaterfall.tsx";
import { TokenText } from "../../parts/TokenText.tsx";
import { formatNumber, formatSigned } from "../../parts/format.ts";
import type { Scale, TokenChannel } from "../../parts/token-heat.ts";
import styles from "./RolloutCard.module.css";

const correctionSpans = (text: string) => findCorrections(text).map(({ start, end }): [number, number] => [start, end]);

const STOP_WORDS: Readonly<Record<string, string>> = {
  length: "hit the length limit",
  abort: "aborted",
};

/** Without the run's tokenizer the service knows tokens by number only: then the text is shown besides. */
const hasNoTexts = ({ tokens }: TokenChannels) => tokens.length > 0 && tokens.every((token) => /^⟨\d+⟩$/.test(token));

/** One answer: verdict, reward, advantage, and its text token by token. */
export function RolloutCard({
  rollout,
  group,
  tokens,
  channel,
  scale,
  reach,
  selected,
  onSelect,
}: {
  readonly rollout: RolloutView;
  readonly group: GroupView;
  readonly tokens: TokenChannels | undefined;
  readonly channel: TokenChannel;
  readonly scale: Scale;
  readonly reach: number;
  readonly selected: boolean;
  readonly onSelect: () => void;
}) {
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (selected) card.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  const bonus = group.gate?.passed === true && group.gate.eligible.includes(rollout.index);
  const { advantage } = rollout;
  return (
    <article
      ref={card}
      className={styles["card"]}
      data-selected={selected}
      data-rollout={rollout.id}
      onClick={onSelect}
    >
      <header>
        <span className={styles["index"]}>#{rollout.index + 1}</span>
        <span className={styles["verdict"]} data-correct={rollout.correct}>
          <Icon name={rollout.correct ? "check" : "cross"} size={13} />
          {rollout.prediction || "no answer"}
        </span>
        {bonus && (
          <span className={styles["bonus"]} title="Earned the temporal bonus">
            <Icon name="gate" size={12} /> bonus
          </span>
        )}
        {STOP_WORDS[rollout.stopReason] && <span className={styles["cut"]}>{STOP_WORDS[rollout.stopReason]}</span>}
        <span className={styles["numbers"]}>
          <span title="Tokens">{rollout.tokenCount} tok</span>
          <strong title="Reward">{formatNumber(rollout.reward)}</strong>
          {advantage !== null && group.trained && (
            <span className={styles["advantage"]} data-sign={Math.sign(advantage)} title="Advantage against the group">
              {advantage > 0 ? "▲" : advantage < 0 ? "▼" : "="} {formatSigned(advantage)}
            </span>
          )}
        </span>
      </header>
      <RewardWaterfall
        rollout={rollout}
        reach={reach}
        mean={group.rewardMean}
        std={group.rewardStd}
        detailed={selected}
      />
      <div className={styles["body"]}>
        {(!tokens || hasNoTexts(tokens)) && <p className={styles["plain"]}>{rollout.text}</p>}
        {tokens && <TokenText tokens={tokens} channel={channel} scale={scale} underline={correctionSpans} />}
      </div>
    </article>
  );
}
