/** The exact frames that the model saw: the frame store's own pixels, enlarged without smoothing, with their times. */
import type { GroupView } from "../../contract/methods.ts";
import { mediaAddress } from "../connection.ts";
import styles from "./FrameStrip.module.css";

export type Media = NonNullable<GroupView["media"]>;

interface FrameStripProps {
  readonly label: string;
  readonly media: Media;
  readonly kind: "ordered" | "shuffled";
  /** Positions in the ordered clip that are pointed at, shared by all strips and texts of a prompt. */
  readonly hovered: readonly number[];
  /** Position in the ordered clip that the video shows now. */
  readonly playing: number | null;
  /** With the first characters of each frame's content hash. */
  readonly hashes: boolean;
  readonly onHover: (positions: readonly number[]) => void;
  readonly onSeek: (positions: readonly number[]) => void;
}

const NONE: readonly number[] = [];
/** Frames are enlarged up to this; there may be many of them. */
const WIDEST_PX = 112;

/** Position in the ordered clip of what the view shows at place `index`. */
export function sourcePosition(media: Pick<Media, "permutation">, index: number): number {
  return media.permutation?.[index] ?? index;
}

export function FrameStrip({ label, media, kind, hovered, playing, hashes, onHover, onSeek }: FrameStripProps) {
  return (
    <div className={styles["strip"]} data-kind={kind}>
      <span className={styles["label"]}>{label}</span>
      <ol
        style={{ gridTemplateColumns: `repeat(${media.frames.length}, minmax(0, ${WIDEST_PX}px))` }}
        onMouseLeave={() => onHover(NONE)}
      >
        {media.frames.map((frame, index) => {
          const position = sourcePosition(media, index);
          const span = media.tokenSpans[index];
          const words = `Frame ${frame.index} at ${frame.ptsSec.toFixed(2)} s${span ? `, prompt tokens ${span[0]} to ${span[1] - 1}` : ""}`;
          return (
            <li key={index} data-hovered={hovered.includes(position)} data-playing={playing === position}>
              <button
                type="button"
                onMouseEnter={() => onHover([position])}
                onFocus={() => onHover([position])}
                onClick={() => onSeek([position])}
                title={words}
              >
                <img
                  src={mediaAddress(media.frameUrls[index]!)}
                  alt={words}
                  data-hash={frame.hash}
                  data-position={position}
                  width={media.width}
                  height={media.height}
                  decoding="async"
                />
              </button>
              <span>
                {kind === "shuffled" && <b title="Place in the ordered clip">{position + 1}</b>}
                {frame.ptsSec.toFixed(2)} s
              </span>
              {hashes && <code title={frame.hash}>{frame.hash.slice(0, 8)}</code>}
            </li>
          );
        })}
      </ol>
    </div>
  );
}

/** Lines from each frame's place in the ordered clip to its place in the shuffled one. */
export function PermutationLines({
  permutation,
  hovered,
}: {
  readonly permutation: readonly number[];
  readonly hovered: readonly number[];
}) {
  const count = permutation.length;
  return (
    <svg
      className={styles["lines"]}
      style={{ maxWidth: count * WIDEST_PX + (count - 1) * 6 }}
      viewBox={`0 0 ${count} 1`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Permutation: ${permutation.map((position) => position + 1).join(", ")}`}
    >
      {permutation.map((position, index) => (
        <path
          key={index}
          d={`M${position + 0.5} 0 C${position + 0.5} .55 ${index + 0.5} .45 ${index + 0.5} 1`}
          data-hovered={hovered.includes(position)}
          data-dimmed={hovered.length > 0 && !hovered.includes(position)}
        />
      ))}
    </svg>
  );
}

/** Where in the prompt each frame's placeholder tokens lie, and what is known of the frames that are pointed at. */
export function PromptRuler({
  media,
  promptTokens,
  hovered,
}: {
  readonly media: Media;
  readonly promptTokens: number;
  readonly hovered: readonly number[];
}) {
  const isHovered = (index: number) => hovered.includes(sourcePosition(media, index));
  const first = media.tokenSpans.findIndex((_, index) => isHovered(index));
  const last = media.tokenSpans.findLastIndex((_, index) => isHovered(index));
  const frame = media.frames[first];
  return (
    <div className={styles["ruler"]}>
      <span className={styles["bar"]} aria-hidden="true">
        {media.tokenSpans.map(([from, to], index) => (
          <i
            key={index}
            style={{ left: `${(from / promptTokens) * 100}%`, width: `${((to - from) / promptTokens) * 100}%` }}
            data-hovered={isHovered(index)}
          />
        ))}
      </span>
      <span className={styles["words"]}>
        {first >= 0 && frame
          ? `${first === last ? `frame ${frame.index} of the file, ${frame.ptsSec.toFixed(3)} s` : `frames ${frame.index} to ${media.frames[last]!.index}, ${frame.ptsSec.toFixed(3)} to ${media.frames[last]!.ptsSec.toFixed(3)} s`} · prompt tokens ${media.tokenSpans[first]![0]}–${media.tokenSpans[last]![1] - 1} of ${promptTokens}`
          : `${promptTokens} prompt tokens; coloured: ${media.frames.length === 1 ? "the frame" : `the ${media.frames.length} frames`}, ${media.width} × ${media.height} pixels${media.frames.length === 1 ? "" : " each"}`}
      </span>
    </div>
  );
}
