/** One bar a token under its text, on the group's scale. The pointer and the arrow keys move the text's cursor. */
import { useEffect, useRef, useState } from "react";
import type { TokenChannels } from "../../contract/methods.ts";
import { formatNumber } from "./format.ts";
import { baselineOf, channelColor, channelValues, CHANNEL_WORDS } from "./token-heat.ts";
import type { Scale, TokenChannel } from "./token-heat.ts";
import { useTheme } from "../state/theme.ts";
import styles from "./TokenPlot.module.css";

const HEIGHT = 56;
const WIDEST_BAR = 14;

interface TokenPlotProps {
  readonly tokens: TokenChannels;
  readonly channel: TokenChannel;
  readonly scale: Scale;
  readonly cursor: number | null;
  readonly onCursor: (token: number | null) => void;
}

/** Bars with the extreme of each pixel where tokens outnumber pixels: nothing is left out. */
function draw(canvas: HTMLCanvasElement, values: readonly number[], channel: TokenChannel, scale: Scale): void {
  const ratio = window.devicePixelRatio || 1;
  const width = canvas.clientWidth;
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(HEIGHT * ratio);
  const drawing = canvas.getContext("2d")!;
  drawing.scale(ratio, ratio);
  drawing.clearRect(0, 0, width, HEIGHT);
  const style = getComputedStyle(canvas);
  const colors = new Map<string, string>();
  const color = (name: string) => {
    let value = colors.get(name);
    if (value === undefined) colors.set(name, (value = style.getPropertyValue(name)));
    return value;
  };
  const low = Math.min(scale.low, baselineOf(channel));
  const high = Math.max(scale.high, baselineOf(channel));
  const y = (value: number) =>
    HEIGHT - 2 - ((Math.max(low, Math.min(high, value)) - low) / (high - low)) * (HEIGHT - 4);
  const base = y(baselineOf(channel));
  const step = barWidth(width, values.length);
  drawing.fillStyle = color("--line-strong");
  drawing.fillRect(0, Math.round(base), width, 1);
  values.forEach((value, index) => {
    if (!Number.isFinite(value)) return;
    const top = y(value);
    drawing.fillStyle = color(channelColor(channel, value));
    const size = Math.max(1, Math.abs(top - base));
    drawing.fillRect(index * step, Math.min(top, base), Math.max(step - (step > 3 ? 1 : 0), 0.75), size);
  });
}

const barWidth = (width: number, count: number): number => Math.min(WIDEST_BAR, width / Math.max(1, count));

export function TokenPlot({ tokens, channel, scale, cursor, onCursor }: TokenPlotProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [width, setWidth] = useState(0);
  const theme = useTheme((state) => state.shown);
  const values = channelValues(tokens, channel);
  const missing = values === undefined;
  useEffect(() => {
    const element = canvas.current;
    if (!element) return;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [missing]);
  useEffect(() => {
    if (canvas.current && values && width > 0) draw(canvas.current, values, channel, scale);
  }, [values, channel, scale, width, theme]);
  if (!values) return null;
  const step = barWidth(width, values.length);
  const move = (by: number) => onCursor(Math.max(0, Math.min(values.length - 1, (cursor ?? (by > 0 ? -1 : 0)) + by)));
  return (
    <div className={styles["plot"]}>
      <div
        className={styles["area"]}
        role="slider"
        tabIndex={0}
        aria-label={`${CHANNEL_WORDS[channel].label} by token`}
        aria-valuemin={1}
        aria-valuemax={values.length}
        aria-valuenow={(cursor ?? 0) + 1}
        aria-valuetext={cursor === null ? "no token" : `${tokens.tokens[cursor]}: ${formatNumber(values[cursor], 4)}`}
        onPointerMove={(event) => {
          const at = Math.floor((event.clientX - event.currentTarget.getBoundingClientRect().left) / step);
          onCursor(at >= 0 && at < values.length ? at : null);
        }}
        onPointerLeave={() => onCursor(null)}
        onKeyDown={(event) => {
          const by = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10 }[event.key];
          if (by === undefined) return;
          event.preventDefault();
          event.stopPropagation();
          move(by);
        }}
      >
        <canvas ref={canvas} style={{ height: HEIGHT }} aria-hidden="true" />
        {cursor !== null && <i style={{ left: cursor * step, width: Math.max(2, step) }} />}
      </div>
      <p className={styles["words"]} aria-hidden="true">
        {cursor === null ? (
          `${CHANNEL_WORDS[channel].label} of ${values.length} tokens, ${formatNumber(scale.low, 2)} to ${formatNumber(scale.high, 2)}; arrows move`
        ) : (
          <>
            <code>{JSON.stringify(tokens.tokens[cursor])}</code> token {cursor + 1}: {formatNumber(values[cursor], 4)}
          </>
        )}
      </p>
    </div>
  );
}
