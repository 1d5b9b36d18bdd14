/**
 * A completion token by token: coloured by a channel, tags set back, the answer set off, second thoughts underlined, cited
 * times as links to their frames. Long ones are coloured where they are looked at; the rest of their text is there, plain.
 */
import { Fragment, memo, useEffect, useMemo, useRef, useState } from "react";
import type { ReactNode } from "react";
import { createPortal } from "react-dom";
import type { TokenChannels } from "../../contract/methods.ts";
import type { Citation } from "../../science/citations.ts";
import { channelValues, heatColor } from "./token-heat.ts";
import type { Scale, TokenChannel } from "./token-heat.ts";
import { marksOf } from "./token-marks.ts";
import type { TokenMarks } from "./token-marks.ts";
import { TokenValues } from "./TokenValues.tsx";
import styles from "./TokenText.module.css";

interface TokenTextProps {
  readonly tokens: TokenChannels;
  readonly channel: TokenChannel;
  readonly scale: Scale;
  /** The token that is pointed at here or in the plot. */
  readonly cursor?: number | null;
  readonly onCursor?: (token: number | null) => void;
  /** A cited time is pointed at (null: no more) or chosen. */
  readonly onCitation?: (citation: Citation | null, chosen: boolean) => void;
  /** Whether a citation speaks of a frame that is pointed at. */
  readonly isLit?: (citation: Citation) => boolean;
}

const CHUNK = 256;
/** Shorter texts are coloured at once. */
const SHORT = 1024;
/** Coloured this far beyond what is seen, so that scrolling does not show it happen. */
const MARGIN = "600px 0px";

const CORRECTION_WORDS = { hesitation: "Hesitation", recheck: "Looks again", flip: "Changes its answer" } as const;

function DrawnTokenText({ tokens, channel, scale, cursor = null, onCursor, onCitation, isLit }: TokenTextProps) {
  const [tip, setTip] = useState<{ index: number; x: number; y: number } | null>(null);
  const marks = useMemo(() => marksOf(tokens.tokens), [tokens]);
  const values = useMemo(() => channelValues(tokens, channel), [tokens, channel]);
  const count = tokens.tokens.length;
  const point = (event: React.MouseEvent) => {
    const target = event.target as HTMLElement;
    const index = Number(target.dataset["i"] ?? -1);
    if (index < 0 || tip?.index === index) return;
    const box = target.getBoundingClientRect();
    setTip({ index, x: box.left, y: box.bottom });
    onCursor?.(index);
  };
  const leave = () => {
    setTip(null);
    onCursor?.(null);
    onCitation?.(null, false);
  };
  const cited = (target: EventTarget): Citation | undefined => {
    const holder = (target as HTMLElement).closest<HTMLElement>("[data-citation]");
    return holder ? marks.citations[Number(holder.dataset["citation"])] : undefined;
  };
  const choose = (event: React.SyntheticEvent) => {
    const citation = cited(event.target);
    if (!citation || !onCitation) return;
    event.stopPropagation();
    onCitation(citation, true);
  };
  const lit = isLit ? marks.citations.map((citation) => (isLit(citation) ? 1 : 0)).join("") : "";
  return (
    <div
      className={styles["text"]}
      onMouseMove={point}
      onMouseOver={(event) => onCitation?.(cited(event.target) ?? null, false)}
      onMouseLeave={leave}
      onFocus={(event) => onCitation?.(cited(event.target) ?? null, false)}
      onClick={choose}
      onKeyDown={(event) => event.key === "Enter" && choose(event)}
    >
      {Array.from({ length: Math.ceil(count / CHUNK) }, (_, chunk) => {
        const from = chunk * CHUNK;
        const holdsCursor = cursor !== null && cursor >= from && cursor < from + CHUNK;
        return (
          <Chunk
            key={chunk}
            texts={tokens.tokens}
            from={from}
            to={Math.min(count, from + CHUNK)}
            marks={marks}
            values={values}
            channel={channel}
            scale={scale}
            always={count <= SHORT}
            cursor={holdsCursor ? cursor : null}
            lit={lit}
            links={onCitation !== undefined}
          />
        );
      })}
      {tip && createPortal(<TokenValues tokens={tokens} {...tip} />, document.body)}
    </div>
  );
}

/** Redrawn only for other tokens, channel or scale: a group holds thousands of them. */
export const TokenText = memo(DrawnTokenText);

interface ChunkProps {
  readonly texts: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly marks: TokenMarks;
  readonly values: readonly number[] | undefined;
  readonly channel: TokenChannel;
  readonly scale: Scale;
  readonly always: boolean;
  readonly cursor: number | null;
  readonly lit: string;
  readonly links: boolean;
}

const Chunk = memo(function Chunk(props: ChunkProps) {
  const [near, setNear] = useState(props.always);
  const holder = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (props.always || !holder.current) return;
    const observer = new IntersectionObserver(([entry]) => setNear(entry!.isIntersecting), {
      rootMargin: MARGIN,
      root: scrollerOf(holder.current),
    });
    observer.observe(holder.current);
    return () => observer.disconnect();
  }, [props.always]);
  const { texts, from, to } = props;
  return <span ref={holder}>{near ? coloured(props) : texts.slice(from, to).join("")}</span>;
});

/** What scrolls the text: an observer's margin counts only there. */
function scrollerOf(element: HTMLElement): HTMLElement | null {
  for (let parent = element.parentElement; parent; parent = parent.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(parent).overflowY)) return parent;
  }
  return null;
}

function coloured({ texts, from, to, marks, values, channel, scale, cursor, lit, links }: ChunkProps): ReactNode[] {
  const nodes: ReactNode[] = [];
  const token = (index: number) => {
    const correction = marks.corrections[marks.correction[index]!];
    return (
      <span
        key={index}
        data-i={index}
        data-mark={marks.kind[index]}
        data-thought={correction?.kind}
        title={correction && CORRECTION_WORDS[correction.kind]}
        data-cursor={index === cursor || undefined}
        style={values ? { background: heatColor(channel, values[index]!, scale) } : undefined}
      >
        {texts[index]}
      </span>
    );
  };
  for (let index = from; index < to; index++) {
    const citation = marks.citation[index]!;
    if (citation === -1 || !links) {
      nodes.push(token(index));
      continue;
    }
    const first = index;
    while (index + 1 < to && marks.citation[index + 1] === citation) index++;
    const inner = Array.from({ length: index - first + 1 }, (_, offset) => token(first + offset));
    nodes.push(
      <span
        key={`c${first}`}
        role="button"
        tabIndex={0}
        className={styles["citation"]}
        data-citation={citation}
        data-lit={lit[citation] === "1" || undefined}
        aria-label={`Show the frames at ${marks.citations[citation]!.text}`}
        title={`Show the frames at ${marks.citations[citation]!.text}`}
      >
        {inner.map((node, offset) => (
          <Fragment key={offset}>{node}</Fragment>
        ))}
      </span>,
    );
  }
  return nodes;
}
