import type { TokenChannels } from "../../contract/methods.ts";
import { formatNumber } from "./format.ts";
import { channelValues, CHANNEL_WORDS, TOKEN_CHANNELS } from "./token-heat.ts";
import styles from "./TokenText.module.css";

/** All that is known of one token, beside it. */
export function TokenValues({
  tokens,
  index,
  x,
  y,
}: {
  readonly tokens: TokenChannels;
  readonly index: number;
  readonly x: number;
  readonly y: number;
}) {
  const logProb = tokens.channels["logProb"]?.[index];
  return (
    <dl
      className={styles["values"]}
      style={{ left: Math.min(x, window.innerWidth - 230), top: Math.min(y + 6, window.innerHeight - 240) }}
    >
      <dt>
        <code>{JSON.stringify(tokens.tokens[index])}</code>
        <span>
          token {index + 1} · id {tokens.ids[index]}
        </span>
      </dt>
      {logProb !== undefined && (
        <dd>
          <span>Probability</span>
          {formatNumber(Math.exp(logProb) * 100)} %
        </dd>
      )}
      {TOKEN_CHANNELS.map((channel) => {
        const value = channelValues(tokens, channel)?.[index];
        return (
          value !== undefined && (
            <dd key={channel}>
              <span>{CHANNEL_WORDS[channel].label}</span>
              {formatNumber(value, 4)}
            </dd>
          )
        );
      })}
    </dl>
  );
}
