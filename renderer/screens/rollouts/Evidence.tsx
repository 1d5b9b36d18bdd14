/** The video in its file beside the frames that were taken from it, in both orders. */
import { useCallback, useImperativeHandle, useMemo, useRef, useState } from "react";
import type { Ref } from "react";
import type { GroupView } from "../../../contract/methods.ts";
import { useActions } from "../../actions.ts";
import { FrameStrip, PermutationLines, PromptRuler } from "../../parts/FrameStrip.tsx";
import { VideoPlayer } from "../../parts/VideoPlayer.tsx";
import type { VideoHandle } from "../../parts/VideoPlayer.tsx";
import { segmentsOf } from "./segments.ts";
import styles from "./Evidence.module.css";

export interface EvidenceHandle {
  /** Shows the first of these positions of the ordered clip in the video. */
  show(positions: readonly number[]): void;
}

interface EvidenceProps {
  readonly ordered: GroupView;
  readonly shuffled: GroupView | null;
  /** Positions in the ordered clip that are pointed at, here or in a text. */
  readonly pointed: readonly number[];
  readonly onPoint: (positions: readonly number[]) => void;
  readonly ref?: Ref<EvidenceHandle>;
}

/** Told seconds of a grid may differ from true ones by this share before it is worth a word. */
const SAME_CLOCK = 0.1;

export function Evidence({ ordered, shuffled, pointed, onPoint, ref }: EvidenceProps) {
  const media = ordered.media!;
  const [playing, setPlaying] = useState<number | null>(null);
  const [hashes, setHashes] = useState(false);
  const video = useRef<VideoHandle>(null);
  const show = useCallback(
    ([position]: readonly number[]) => {
      const frame = position === undefined ? undefined : media.frames[position];
      if (frame) video.current?.seek(frame.ptsSec);
    },
    [media],
  );
  useImperativeHandle(ref, () => ({ show }), [show]);
  const frameStep = (by: number) => {
    const next = Math.max(0, Math.min(media.frames.length - 1, (playing ?? 0) + by));
    setPlaying(next);
    show([next]);
  };
  const isVideo = media.kind === "video";
  const hidden = { group: "Rollouts" as const, hidden: true, enabled: isVideo };
  useActions([
    {
      id: "play",
      label: "Play or pause the video",
      group: "Rollouts",
      shortcut: "Space",
      enabled: isVideo,
      perform: () => video.current?.toggle(),
    },
    { ...hidden, id: "frame-before", label: "Model frame before", shortcut: ",", perform: () => frameStep(-1) },
    { ...hidden, id: "frame-after", label: "Model frame after", shortcut: ".", perform: () => frameStep(1) },
    ...media.frames.slice(0, 9).map((_, index) => ({
      ...hidden,
      id: `frame-${index + 1}`,
      label: `Model frame ${index + 1}`,
      shortcut: String(index + 1),
      perform: () => {
        onPoint([index]);
        show([index]);
      },
    })),
    {
      id: "hashes",
      label: "Show or hide the frames' content hashes",
      group: "Rollouts",
      shortcut: "h",
      perform: () => setHashes(!hashes),
    },
  ]);
  const segments = useMemo(() => segmentsOf(ordered), [ordered]);
  const strip = {
    hovered: pointed,
    playing: isVideo ? playing : null,
    hashes,
    onHover: onPoint,
    onSeek: show,
  };
  const clock = clockNote(media);
  return (
    <section className={styles["evidence"]} aria-label="What the model saw">
      {isVideo && (
        <VideoPlayer
          ref={video}
          url={media.videoUrl}
          path={media.path}
          frames={media.frames}
          segments={segments}
          onFrame={setPlaying}
        />
      )}
      <div className={styles["strips"]}>
        <FrameStrip {...strip} kind="ordered" label={isVideo ? "In order" : "Picture"} media={media} />
        {shuffled?.media?.permutation && (
          <>
            <PermutationLines permutation={shuffled.media.permutation} hovered={pointed} />
            <FrameStrip {...strip} kind="shuffled" label="Shuffled" media={shuffled.media} />
          </>
        )}
        <div className={styles["foot"]}>
          <PromptRuler media={media} promptTokens={ordered.promptTokens} hovered={pointed} />
          <button
            type="button"
            aria-pressed={hashes}
            title="Content hashes: the same pixels have the same hash, here and in the journal"
            onClick={() => setHashes(!hashes)}
          >
            hashes
          </button>
        </div>
        {clock && <p className={styles["clock"]}>{clock}</p>}
      </div>
    </section>
  );
}

/** Says when the model was told another clock than the video's: then "3 s" in a text need not be 3 s in the file. */
function clockNote({ frames, kind, secondsPerGrid }: NonNullable<GroupView["media"]>): string | null {
  const span = (frames.at(-1)?.ptsSec ?? 0) - (frames[0]?.ptsSec ?? 0);
  if (kind !== "video" || frames.length < 4 || secondsPerGrid <= 0) return null;
  const trueSeconds = (span / (frames.length - 1)) * 2;
  if (Math.abs(trueSeconds - secondsPerGrid) <= SAME_CLOCK * trueSeconds) return null;
  return `The model was told ${secondsPerGrid.toFixed(2)} s between two pairs of frames; in the file it is ${trueSeconds.toFixed(2)} s.`;
}
