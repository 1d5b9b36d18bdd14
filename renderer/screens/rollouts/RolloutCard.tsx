import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { GroupView, RolloutView, TokenChannels } from "../../../contract/methods.ts";
import type { Citation } from "../../../science/citations.ts";
import type { WhatIfSettings } from "../../../science/what-if.ts";
import { Icon } from "../../parts/Icon.tsx";
import { RewardCascade } from "../../parts/RewardCascade.tsx";
import { RewardWaterfall } from "../../parts/RewardWaterfall.tsx";
import { TokenPlot } from "../../parts/TokenPlot.tsx";
import { TokenText } from "../../parts/TokenText.tsx";
import { formatNumber, formatSigned } from "../../parts/format.ts";
import type { Scale, TokenChannel } from "../../parts/token-heat.ts";
import { citedPositions } from "./evidence-times.ts";
import { contradictsItself } from "./pairs.ts";
import { RolloutLinks } from "./RolloutLinks.tsx";
import styles from "./RolloutCard.module.css";

const STOP_WORDS: Readonly<Record<string, string>> = {
  length: "hit the length limit",
  abort: "aborted",
};

/** Without the run's tokenizer the service knows tokens by number only: then the text is shown besides. */
const hasNoTexts = ({ tokens }: TokenChannels) => tokens.length > 0 && tokens.every((token) => /^⟨\d+⟩$/.test(token));

export interface RolloutCardProps {
  readonly run: string;
  readonly rollout: RolloutView;
  readonly group: GroupView;
  readonly tokens: TokenChannels | undefined;
  readonly channel: TokenChannel;
  readonly scale: Scale;
  readonly reach: number;
  readonly settings: WhatIfSettings | null;
  /** Of the rollout's gradient; null where it is not trained on. */
  readonly pull: number | null;
  readonly selected: boolean;
  /** Positions in the ordered clip that are pointed at. */
  readonly pointed: readonly number[];
  readonly onSelect: () => void;
  readonly onPoint: (positions: readonly number[]) => void;
  readonly onSeek: (positions: readonly number[]) => void;
}

/** One answer: verdict, reward, advantage, and its text token by token. */
export function RolloutCard(props: RolloutCardProps) {
  const { rollout, group, tokens, channel, scale, reach, selected, pointed, onSelect, onPoint, onSeek } = props;
  const card = useRef<HTMLElement>(null);
  const [cursor, setCursor] = useState<number | null>(null);
  useEffect(() => {
    if (selected) card.current?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  const bonus = group.gate?.passed === true && group.gate.eligible.includes(rollout.index);
  const { advantage } = rollout;
  const contradicts = useMemo(() => contradictsItself(rollout, group), [rollout, group]);
  const { media } = group;
  const onCitation = useCallback(
    (citation: Citation | null, chosen: boolean) => {
      if (!media) return;
      const positions = citation ? citedPositions(media, citation) : [];
      if (chosen) onSeek(positions);
      else onPoint(positions);
    },
    [media, onPoint, onSeek],
  );
  const isLit = useMemo(() => {
    if (!media || pointed.length === 0) return undefined;
    return (citation: Citation) => citedPositions(media, citation).some((position) => pointed.includes(position));
  }, [media, pointed]);
  return (
    <article
      ref={card}
      className={styles["card"]}
      data-selected={selected}
      data-rollout={rollout.id}
      onClick={onSelect}
    >
      <header>
        <button
          type="button"
          className={styles["index"]}
          aria-expanded={selected}
          aria-label={`Answer ${rollout.index + 1}`}
        >
          #{rollout.index + 1}
        </button>
        <span className={styles["verdict"]} data-correct={rollout.correct}>
          <Icon name={rollout.correct ? "check" : "cross"} size={13} />
          {rollout.prediction || "no answer"}
        </span>
        {bonus && (
          <span className={styles["bonus"]} title="Earned the temporal bonus">
            <Icon name="gate" size={12} /> bonus
          </span>
        )}
        {contradicts && (
          <span
            className={styles["cut"]}
            title="Its reasoning leads, by a rule, to another answer than the one it gives"
          >
            contradicts itself
          </span>
        )}
        {STOP_WORDS[rollout.stopReason] && <span className={styles["cut"]}>{STOP_WORDS[rollout.stopReason]}</span>}
        <span className={styles["numbers"]}>
          <span title="Tokens">{rollout.tokenCount} tok</span>
          <strong title={`Reward ${rollout.reward}`}>{formatNumber(rollout.reward)}</strong>
          {advantage !== null && group.trained && (
            <span
              className={styles["advantage"]}
              data-sign={Math.sign(advantage)}
              title={`Advantage against the group: ${advantage}`}
            >
              {advantage > 0 ? "▲" : advantage < 0 ? "▼" : "="} {formatSigned(advantage)}
            </span>
          )}
        </span>
      </header>
      <RewardWaterfall rollout={rollout} reach={reach} mean={group.rewardMean} />
      {selected && <RewardCascade rollout={rollout} group={group} settings={props.settings} pull={props.pull} />}
      <div className={styles["body"]}>
        {(!tokens || hasNoTexts(tokens)) && <p className={styles["plain"]}>{rollout.text}</p>}
        {tokens && (
          <TokenText
            tokens={tokens}
            channel={channel}
            scale={scale}
            cursor={cursor}
            onCursor={setCursor}
            {...(media?.kind === "video" ? { onCitation } : {})}
            {...(isLit ? { isLit } : {})}
          />
        )}
      </div>
      {tokens && selected && (
        <TokenPlot tokens={tokens} channel={channel} scale={scale} cursor={cursor} onCursor={setCursor} />
      )}
      {selected && <RolloutLinks run={props.run} group={group} rollout={rollout} />}
    </article>
  );
}
