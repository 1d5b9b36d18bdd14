/**
 * A completion token by token: coloured by a channel, tags set back, the answer set off, second thoughts underlined, cited
 * times as links to their frames. Long ones are coloured where they are looked at; the rest of their text is there, plain.
 */
import { Fragment, memo, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
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

const CHUNK = 128;
/** Tokens that are there and coloured at once, about a screen of them; what follows comes as soon as they are painted. */
const FIRST = 2048;
/** Coloured this far beyond what is seen, so that scrolling does not show it happen. */
const MARGIN = "600px 0px";

const CORRECTION_WORDS = { hesitation: "Hesitation", recheck: "Looks again", flip: "Changes its answer" } as const;

function DrawnTokenText({ tokens, channel, scale, cursor = null, onCursor, onCitation, isLit }: TokenTextProps) {
  const [tip, setTip] = useState<{ index: number; x: number; y: number } | null>(null);
  const marks = useMemo(() => marksOf(tokens.tokens), [tokens]);
  const values = useMemo(() => channelValues(tokens, channel), [tokens, channel]);
  const count = tokens.tokens.length;
  const whole = useAfterPaint(count > FIRST);
  const colours = useMemo(() => ({ values, channel, scale }), [values, channel, scale]);
  // What is out of sight gets another channel's colours after what is in sight.
  const late = useDeferredValue(colours);
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
      {Array.from({ length: Math.ceil((whole ? count : FIRST) / CHUNK) }, (_, chunk) => {
        const from = chunk * CHUNK;
        const holdsCursor = cursor !== null && cursor >= from && cursor < from + CHUNK;
        return (
          <Chunk
            key={chunk}
            texts={tokens.tokens}
            from={from}
            to={Math.min(count, from + CHUNK)}
            marks={marks}
            colours={colours}
            late={late}
            always={count <= FIRST}
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

/** False in the first picture of what is `long`. */
function useAfterPaint(long: boolean): boolean {
  const [after, setAfter] = useState(!long);
  useEffect(() => {
    if (after) return;
    const idle = requestIdleCallback(() => setAfter(true), { timeout: 500 });
    return () => cancelIdleCallback(idle);
  }, [after]);
  return after || !long;
}

interface Colours {
  readonly values: readonly number[] | undefined;
  readonly channel: TokenChannel;
  readonly scale: Scale;
}

interface ColouredProps {
  readonly texts: readonly string[];
  readonly from: number;
  readonly to: number;
  readonly marks: TokenMarks;
  readonly colours: Colours;
  readonly cursor: number | null;
  readonly lit: string;
  readonly links: boolean;
}

interface ChunkProps extends ColouredProps {
  readonly late: Colours;
  readonly always: boolean;
}

const Chunk = memo(function Chunk({ late, always, ...props }: ChunkProps) {
  const { texts, from, to, colours } = props;
  const first = from < FIRST;
  const [seen, setSeen] = useState(first);
  const [near, setNear] = useState(first);
  const holder = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const element = holder.current;
    if (always || !element) return;
    const root = scrollerOf(element);
    const watch = (set: (isThere: boolean) => void, rootMargin: string) => {
      const observer = new IntersectionObserver(([entry]) => set(entry!.isIntersecting), { rootMargin, root });
      observer.observe(element);
      return observer;
    };
    const observers = [watch(setSeen, "0px"), watch(setNear, MARGIN)];
    return () => observers.forEach((observer) => observer.disconnect());
  }, [always]);
  const isColoured = always || seen || near;
  return (
    <span ref={holder}>
      {isColoured ? <Coloured {...props} colours={always || seen ? colours : late} /> : texts.slice(from, to).join("")}
    </span>
  );
});

/** What scrolls the text: an observer's margin counts only there. */
function scrollerOf(element: HTMLElement): HTMLElement | null {
  for (let parent = element.parentElement; parent; parent = parent.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(parent).overflowY)) return parent;
  }
  return null;
}

const Coloured = memo(function Coloured({ texts, from, to, marks, colours, cursor, lit, links }: ColouredProps) {
  const { values, channel, scale } = colours;
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
        style={values ? { backgroundColor: heatColor(channel, values[index]!, scale) } : undefined}
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
});
