/** The clip as it is in its file, with a tick on the timeline for each frame that the model saw. */
import { useEffect, useImperativeHandle, useRef, useState } from "react";
import type { Ref } from "react";
import type { FrameRef } from "../../contract/journal.ts";
import { mediaAddress } from "../connection.ts";
import { Icon } from "./Icon.tsx";
import styles from "./VideoPlayer.module.css";

export interface VideoHandle {
  seek(ptsSec: number): void;
  toggle(): void;
}

interface VideoPlayerProps {
  readonly url: string | null;
  readonly path: string;
  readonly frames: readonly FrameRef[];
  /** Position in `frames` of the newest model frame at or before what is shown. */
  readonly onFrame: (position: number) => void;
  /** Drawn under the timeline: where something is said to happen, and where it does. */
  readonly segments?: readonly VideoSegment[];
  readonly ref?: Ref<VideoHandle>;
}

export interface VideoSegment {
  readonly label: string;
  readonly fromSec: number;
  readonly toSec: number;
  readonly kind: "truth" | "prediction";
}

/** A tenth of a frame at 25 frames a second: presented times are rounded to the container's time base. */
const ROUNDING_SEC = 0.004;

/** The last model frame that has been presented at a time; 0 before the first. */
export function frameAt(frames: readonly FrameRef[], timeSec: number): number {
  let position = 0;
  frames.forEach((frame, index) => {
    if (frame.ptsSec <= timeSec + ROUNDING_SEC) position = index;
  });
  return position;
}

export function VideoPlayer({ url, path, frames, onFrame, segments = [], ref }: VideoPlayerProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [time, setTime] = useState(0);
  const [duration, setDuration] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [failed, setFailed] = useState(false);
  useImperativeHandle(ref, () => ({
    seek: (ptsSec) => {
      // Just inside the frame: exactly on its start some decoders still present the one before.
      if (video.current) video.current.currentTime = ptsSec + ROUNDING_SEC / 4;
    },
    toggle: () => {
      if (video.current?.paused) void video.current.play();
      else video.current?.pause();
    },
  }));
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    let request = 0;
    const onPresented: VideoFrameRequestCallback = (_, { mediaTime }) => {
      setTime(mediaTime);
      onFrame(frameAt(frames, mediaTime));
      request = element.requestVideoFrameCallback(onPresented);
    };
    request = element.requestVideoFrameCallback(onPresented);
    return () => element.cancelVideoFrameCallback(request);
  }, [frames, onFrame, url]);
  if (url === null || failed) {
    return (
      <div className={styles["missing"]}>
        <Icon name="warning" />
        <p>{failed ? "This video cannot be played here." : "The video's file is not where it was."}</p>
        <code title={path}>{path.split("/").at(-1)}</code>
      </div>
    );
  }
  const length = duration || Math.max(frames.at(-1)?.ptsSec ?? 1, 0.1);
  const seek = (seconds: number) => {
    if (video.current) video.current.currentTime = seconds;
  };
  return (
    <div className={styles["player"]}>
      <video
        ref={video}
        src={mediaAddress(url)}
        muted
        loop
        playsInline
        preload="auto"
        onLoadedMetadata={(event) => setDuration(event.currentTarget.duration)}
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onError={() => setFailed(true)}
        onClick={(event) =>
          event.currentTarget.paused ? void event.currentTarget.play() : event.currentTarget.pause()
        }
      />
      <div className={styles["controls"]}>
        <button
          type="button"
          aria-label={playing ? "Pause" : "Play"}
          onClick={() => (playing ? video.current?.pause() : void video.current?.play())}
        >
          <Icon name={playing ? "pause" : "play"} size={14} />
        </button>
        <div
          className={styles["line"]}
          onClick={(event) => {
            const box = event.currentTarget.getBoundingClientRect();
            seek(((event.clientX - box.left) / box.width) * length);
          }}
        >
          <span className={styles["done"]} style={{ width: `${Math.min(100, (time / length) * 100)}%` }} />
          {frames.map((frame, index) => (
            <i
              key={index}
              style={{ left: `${Math.min(100, (frame.ptsSec / length) * 100)}%` }}
              title={`Model frame ${index + 1}, ${frame.ptsSec.toFixed(2)} s`}
            />
          ))}
        </div>
        <output>{time.toFixed(2)} s</output>
      </div>
      {segments.length > 0 && (
        <ul className={styles["segments"]} aria-label="Segments">
          {segments.map((segment, index) => (
            <li key={index} title={`${segment.label}: ${segment.fromSec.toFixed(2)} to ${segment.toSec.toFixed(2)} s`}>
              <span>{segment.label}</span>
              <b>
                <i
                  data-kind={segment.kind}
                  style={{
                    left: `${Math.min(100, (segment.fromSec / length) * 100)}%`,
                    width: `${Math.min(100, (Math.max(0.02, segment.toSec - segment.fromSec) / length) * 100)}%`,
                  }}
                />
              </b>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
