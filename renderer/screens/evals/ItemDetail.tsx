import { useRef } from "react";
import type { EvaluationSummary } from "../../../contract/methods.ts";
import { mediaAddress } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { VideoPlayer } from "../../parts/VideoPlayer.tsx";
import type { VideoHandle } from "../../parts/VideoPlayer.tsx";
import type { MeasuredViewName } from "../../state/address.ts";
import { useService } from "../../state/queries.ts";
import styles from "./ItemDetail.module.css";

const nothing = (): void => undefined;

/** One item: the clip, the frames that were shown, what was written, and how the answer was read out of it. */
export function ItemDetail({
  evaluation,
  model,
  view,
  sampleId,
  onClose,
}: {
  readonly evaluation: EvaluationSummary;
  readonly model: number;
  readonly view: MeasuredViewName;
  readonly sampleId: string;
  readonly onClose: () => void;
}) {
  const { data, error } = useService("evaluations.item", { evaluation: evaluation.id, model, view, sampleId });
  const player = useRef<VideoHandle>(null);
  if (error && !data) {
    return (
      <aside className={styles["detail"]}>
        <ErrorNote error={error} />
      </aside>
    );
  }
  if (!data) {
    return (
      <aside className={styles["detail"]}>
        <Skeleton height={320} />
      </aside>
    );
  }
  const { item, frameUrls, videoUrl, elsewhere } = data;
  return (
    <aside className={styles["detail"]} aria-label={`Item ${item.position + 1}`}>
      <header>
        <strong>Item {item.position + 1}</strong>
        <code>{item.sampleId}</code>
        <Button icon="close" kind="quiet" hint="Close" shortcut="Escape" onClick={onClose} />
      </header>
      {item.media !== null && (
        <>
          {item.media.kind === "video" && (
            <VideoPlayer
              ref={player}
              url={videoUrl}
              path={item.media.path}
              frames={item.media.frames}
              onFrame={nothing}
            />
          )}
          <ol className={styles["frames"]} aria-label="Frames that were shown">
            {item.media.frames.map((frame, index) => (
              <li key={index}>
                <button
                  type="button"
                  title={`Frame ${frame.index} at ${frame.ptsSec.toFixed(2)} s`}
                  onClick={() => player.current?.seek(frame.ptsSec)}
                >
                  <img
                    src={mediaAddress(frameUrls[index]!)}
                    alt={`Frame at ${frame.ptsSec.toFixed(2)} s`}
                    data-hash={frame.hash}
                  />
                </button>
                <span>{frame.ptsSec.toFixed(1)} s</span>
              </li>
            ))}
          </ol>
        </>
      )}
      <p className={styles["question"]}>{item.question}</p>
      {item.options.length > 0 && (
        <ul className={styles["options"]}>
          {item.options.map((option) => (
            <li
              key={option}
              data-truth={option.startsWith(`${item.answer}.`)}
              data-given={option.startsWith(`${item.prediction}.`)}
            >
              {option}
            </li>
          ))}
        </ul>
      )}
      {item.error === null ? (
        <>
          <pre className={styles["text"]}>{item.text}</pre>
          <dl className={styles["facts"]}>
            <dt>read as</dt>
            <dd>
              <strong>{item.prediction || "nothing"}</strong> ({item.extraction})
            </dd>
            <dt>truth</dt>
            <dd>{item.answer}</dd>
            <dt>scores</dt>
            <dd>
              {Object.entries(item.scores)
                .map(([name, value]) => `${name} ${Number(value.toFixed(4))}`)
                .join(" · ")}
            </dd>
            {evaluation.importedFrom === null ? (
              <>
                <dt>tokens</dt>
                <dd>
                  {item.tokens}, {item.stopReason === "length" ? "cut off by the limit" : "ended by itself"},
                  log-probability {item.logProb.toFixed(3)} nats
                </dd>
              </>
            ) : (
              <>
                <dt>from</dt>
                <dd>{evaluation.importedFrom}</dd>
              </>
            )}
          </dl>
        </>
      ) : (
        <div className={styles["failed"]} role="note">
          <p>
            {item.error.reason} ({item.error.place})
          </p>
          <code>{item.error.file}</code>
          <p>{item.error.remedy}</p>
        </div>
      )}
      {elsewhere.length > 1 && (
        <table className={styles["elsewhere"]}>
          <caption>The same question elsewhere in this evaluation</caption>
          <tbody>
            {elsewhere.map((other) => (
              <tr key={`${other.model} ${other.view}`} data-own={other.model === model && other.view === view}>
                <th scope="row">{evaluation.models[other.model]?.label}</th>
                <td>{other.view}</td>
                <td>{other.prediction || "nothing"}</td>
                <td data-state={other.score === 1 ? "right" : "wrong"}>
                  {other.score === null
                    ? "not asked"
                    : other.score === 1
                      ? "right"
                      : other.score === 0
                        ? "wrong"
                        : other.score.toFixed(2)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </aside>
  );
}
