/** The exact frames that the model saw: the frame store's own pixels, enlarged without smoothing, with their times. */
import type { GroupView } from "../../contract/methods.ts";
import { mediaAddress } from "../connection.ts";
import styles from "./FrameStrip.module.css";

export type Media = NonNullable<GroupView["media"]>;

interface FrameStripProps {
  readonly label: string;
  readonly media: Media;
  readonly kind: "ordered" | "shuffled";
  /** Position in the ordered clip that is pointed at, shared by all strips of a prompt. */
  readonly hovered: number | null;
  /** Position in the ordered clip that the video shows now. */
  readonly playing: number | null;
  readonly onHover: (position: number | null) => void;
  readonly onSeek: (ptsSec: number) => void;
}

/** Position in the ordered clip of what the view shows at place `index`. */
export function sourcePosition(media: Pick<Media, "permutation">, index: number): number {
  return media.permutation?.[index] ?? index;
}

export function FrameStrip({ label, media, kind, hovered, playing, onHover, onSeek }: FrameStripProps) {
  return (
    <div className={styles["strip"]} data-kind={kind}>
      <span className={styles["label"]}>{label}</span>
      <ol
        style={{ gridTemplateColumns: `repeat(${media.frames.length}, minmax(0, 84px))` }}
        onMouseLeave={() => onHover(null)}
      >
        {media.frames.map((frame, index) => {
          const position = sourcePosition(media, index);
          const span = media.tokenSpans[index];
          const words = `Frame ${frame.index} at ${frame.ptsSec.toFixed(2)} s${span ? `, prompt tokens ${span[0]} to ${span[1] - 1}` : ""}`;
          return (
            <li key={index} data-hovered={hovered === position} data-playing={playing === position}>
              <button
                type="button"
                onMouseEnter={() => onHover(position)}
                onFocus={() => onHover(position)}
                onClick={() => onSeek(frame.ptsSec)}
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
  readonly hovered: number | null;
}) {
  const count = permutation.length;
  return (
    <svg
      className={styles["lines"]}
      style={{ maxWidth: count * 84 + (count - 1) * 6 }}
      viewBox={`0 0 ${count} 1`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Permutation: ${permutation.map((position) => position + 1).join(", ")}`}
    >
      {permutation.map((position, index) => (
        <path
          key={index}
          d={`M${position + 0.5} 0 C${position + 0.5} .55 ${index + 0.5} .45 ${index + 0.5} 1`}
          data-hovered={hovered === position}
          data-dimmed={hovered !== null && hovered !== position}
        />
      ))}
    </svg>
  );
}

/** Where in the prompt each frame's placeholder tokens lie. */
export function PromptRuler({
  media,
  promptTokens,
  hovered,
}: {
  readonly media: Media;
  readonly promptTokens: number;
  readonly hovered: number | null;
}) {
  const current = media.tokenSpans.find((_, index) => hovered === sourcePosition(media, index));
  return (
    <div className={styles["ruler"]}>
      <span className={styles["bar"]} aria-hidden="true">
        {media.tokenSpans.map(([from, to], index) => (
          <i
            key={index}
            style={{ left: `${(from / promptTokens) * 100}%`, width: `${((to - from) / promptTokens) * 100}%` }}
            data-hovered={hovered === sourcePosition(media, index)}
          />
        ))}
      </span>
      <span className={styles["words"]}>
        {current
          ? `prompt tokens ${current[0]}–${current[1] - 1} of ${promptTokens}`
          : `${promptTokens} prompt tokens; coloured: the video`}
      </span>
    </div>
  );
}
