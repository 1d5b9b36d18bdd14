import { Segmented } from "../../parts/Segmented.tsx";
import { formatNumber } from "../../parts/format.ts";
import { CHANNEL_WORDS, heatColor, TOKEN_CHANNELS } from "../../parts/token-heat.ts";
import type { Scale, TokenChannel } from "../../parts/token-heat.ts";
import type { ShownViews } from "./PairView.tsx";
import styles from "./ChannelBar.module.css";

/** What the tokens' colours mean, on one scale for the whole prompt, and which views are shown. */
export function ChannelBar({
  channel,
  scale,
  available,
  views,
  onChannel,
  onViews,
}: {
  readonly channel: TokenChannel;
  readonly scale: Scale;
  readonly available: ReadonlySet<TokenChannel>;
  /** Null where there is only one view. */
  readonly views: ShownViews | null;
  readonly onChannel: (channel: TokenChannel) => void;
  readonly onViews: (views: ShownViews) => void;
}) {
  const ends = channel === "logProb" ? [scale.high, scale.low] : [scale.low, scale.high];
  const stops = Array.from({ length: 9 }, (_, index) => ends[0]! + (index / 8) * (ends[1]! - ends[0]!));
  return (
    <div className={styles["bar"]}>
      <Segmented
        label="Colour tokens by"
        value={channel}
        onChange={onChannel}
        choices={TOKEN_CHANNELS.filter((name) => name === "none" || available.has(name)).map((name) => ({
          value: name,
          label: CHANNEL_WORDS[name].label,
          hint: CHANNEL_WORDS[name].explanation,
        }))}
      />
      {views && (
        <span className={styles["views"]}>
          <Segmented
            label="Views"
            value={views}
            onChange={onViews}
            choices={[
              { value: "both", label: "Both" },
              { value: "ordered", label: "Ordered" },
              { value: "shuffled", label: "Shuffled" },
            ]}
          />
        </span>
      )}
      {channel !== "none" && (
        <span className={styles["legend"]} title="One scale for all answers to this prompt">
          {formatNumber(ends[0], 2)}
          <i
            style={{
              background: `linear-gradient(to right, ${stops.map((value) => heatColor(channel, value, scale)).join(", ")})`,
            }}
          />
          {formatNumber(ends[1], 2)}
          <em>{CHANNEL_WORDS[channel].explanation}.</em>
        </span>
      )}
    </div>
  );
}
