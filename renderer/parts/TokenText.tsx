/** A completion token by token: coloured by a channel, tags set back, the answer set off, second thoughts underlined. */
import { memo, useMemo, useState } from "react";
import { createPortal } from "react-dom";
import type { TokenChannels } from "../../contract/methods.ts";
import { formatNumber } from "./format.ts";
import { channelValues, CHANNEL_WORDS, heatColor, TOKEN_CHANNELS } from "./token-heat.ts";
import type { Scale, TokenChannel } from "./token-heat.ts";
import styles from "./TokenText.module.css";

export type Span = readonly [number, number];

interface TokenTextProps {
  readonly tokens: TokenChannels;
  readonly channel: TokenChannel;
  readonly scale: Scale;
  /** Characters to underline, counted in the joined tokens. */
  readonly underline: (text: string) => readonly Span[];
}

/** For each token whether any of its characters lies in one of the spans. */
export function tokensInSpans(tokens: readonly string[], spans: readonly Span[]): boolean[] {
  let at = 0;
  return tokens.map((token) => {
    const start = at;
    at += token.length;
    return spans.some(([from, to]) => start < to && at > from);
  });
}

const TAG = /<\/?(?:think|answer)>|<\|[^|]*\|>/g;
const ANSWER = /<answer>([\s\S]*?)(?:<\/answer>|$)/;

function DrawnTokenText({ tokens, channel, scale, underline }: TokenTextProps) {
  const [hovered, setHovered] = useState<{ index: number; x: number; y: number } | null>(null);
  const marks = useMemo(() => {
    const text = tokens.tokens.join("");
    const answer = ANSWER.exec(text);
    const answerStart = answer ? answer.index + "<answer>".length : 0;
    return {
      tag: tokensInSpans(
        tokens.tokens,
        [...text.matchAll(TAG)].map((match): Span => [match.index, match.index + match[0].length]),
      ),
      answer: tokensInSpans(tokens.tokens, answer ? [[answerStart, answerStart + answer[1]!.length]] : []),
      thought: tokensInSpans(tokens.tokens, underline(text)),
    };
  }, [tokens, underline]);
  const values = channelValues(tokens, channel);
  const onMove = (event: React.MouseEvent) => {
    const target = event.target as HTMLElement;
    const index = Number(target.dataset["i"] ?? -1);
    if (index < 0) return setHovered(null);
    if (hovered?.index === index) return;
    const box = target.getBoundingClientRect();
    setHovered({ index, x: box.left, y: box.bottom });
  };
  return (
    <p className={styles["text"]} onMouseMove={onMove} onMouseLeave={() => setHovered(null)}>
      {tokens.tokens.map((token, index) => (
        <span
          key={index}
          data-i={index}
          data-mark={marks.tag[index] ? "tag" : marks.answer[index] ? "answer" : undefined}
          data-thought={marks.thought[index] || undefined}
          style={values ? { background: heatColor(channel, values[index]!, scale) } : undefined}
        >
          {token}
        </span>
      ))}
      {hovered && createPortal(<TokenValues tokens={tokens} {...hovered} />, document.body)}
    </p>
  );
}

/** Redrawn only for other tokens, channel or scale: a group holds thousands of them. */
export const TokenText = memo(DrawnTokenText);

function TokenValues({
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
      style={{ left: Math.min(x, window.innerWidth - 230), top: Math.min(y + 6, window.innerHeight - 150) }}
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
