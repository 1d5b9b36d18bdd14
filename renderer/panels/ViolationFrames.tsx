import type { FrameRef, Violation } from "../../contract/journal.ts";
import { mediaAddress } from "../connection.ts";
import styles from "./HallucinationsPanel.module.css";

/** Frames of other samplings are told by their time, a little before which the clip may be cut. */
const ROOM_SECONDS = 0.1;

/** The frames in order; those from the violation on contradict whoever claims the usual. */
export function ViolationFrames({
  urls,
  frames,
  violation: { frame: from, law, second },
  byTime = false,
}: {
  readonly urls: readonly string[];
  readonly frames: readonly Pick<FrameRef, "ptsSec">[];
  readonly violation: Violation;
  /** The frames may be others than the row's place counts. */
  readonly byTime?: boolean;
}) {
  return (
    <ol className={styles["frames"]}>
      {urls.map((url, index) => {
        const { ptsSec } = frames[index]!;
        const time = `${ptsSec.toFixed(2)} s`;
        const contradicts = byTime && second !== undefined ? ptsSec >= second - ROOM_SECONDS : index >= from;
        return (
          <li key={index} data-contradicts={contradicts}>
            <img
              src={mediaAddress(url)}
              alt={contradicts ? `Frame at ${time}: contradicts (${law})` : `Frame at ${time}`}
              title={contradicts ? `${time}: contradicts the usual answer` : time}
              loading="lazy"
              decoding="async"
            />
          </li>
        );
      })}
    </ol>
  );
}
