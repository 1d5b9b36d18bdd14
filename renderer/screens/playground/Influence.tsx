import { useState } from "react";
import { FRAME_CHANGES } from "../../../contract/session.ts";
import type { MethodResult } from "../../../contract/methods.ts";
import { call, mediaAddress, type ServiceError } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { ErrorNote } from "../../parts/EmptyState.tsx";
import styles from "./Playground.module.css";
import { newCall, type Answered, type Question } from "./useAsking.ts";

const WORDS: Readonly<Record<(typeof FRAME_CHANGES)[number], string>> = {
  drop: "dropped",
  blur: "blurred",
  shuffle: "all shuffled",
  reverse: "all reversed",
  repeat: "replaced by its neighbour",
  replace: "replaced by grey",
};

/** The frames that the model saw; over each, how much less likely the answer is without it. */
export function Influence({
  asked,
  result,
  completion,
}: {
  readonly asked: Question;
  readonly result: Answered;
  readonly completion: string;
}) {
  const [kind, setKind] = useState<(typeof FRAME_CHANGES)[number]>("replace");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ServiceError | null>(null);
  const [measured, setMeasured] = useState<MethodResult<"session.influence"> | null>(null);
  const measure = async () => {
    setBusy(true);
    setError(null);
    try {
      const { model, path, question, options, frames } = asked;
      const params = { model, path, question, options, frames, completion, kind, call: newCall() };
      setMeasured(await call("session.influence", params));
    } catch (failure) {
      setError(failure as ServiceError);
    } finally {
      setBusy(false);
    }
  };
  const largest = Math.max(1e-6, ...(measured?.changes.map(Math.abs) ?? []));
  return (
    <section aria-label="Frames">
      <div className={styles["row"]}>
        <label>
          Which frames mattered? Each one{" "}
          <select value={kind} onChange={(event) => setKind(event.target.value as typeof kind)}>
            {FRAME_CHANGES.map((name) => (
              <option key={name} value={name}>
                {WORDS[name]}
              </option>
            ))}
          </select>
        </label>
        <Button disabled={busy || asked.change !== null} onClick={() => void measure()}>
          {busy ? "Measuring …" : "Measure"}
        </Button>
      </div>
      {error && <ErrorNote error={error} />}
      <ol className={styles["frames"]}>
        {result.shown!.frames.map(({ index, ptsSec }, place) => {
          const change = measured?.changes[place];
          return (
            <li key={place}>
              {change !== undefined && (
                <span className={styles["bar"]} title={`Log-probability of the answer ${change.toFixed(3)} nats`}>
                  <i data-against={change > 0} style={{ height: `${(100 * Math.abs(change)) / largest}%` }} />
                </span>
              )}
              <img src={mediaAddress(result.frameUrls[place]!)} alt={`Frame ${index}`} />
              <small>{change === undefined ? `${ptsSec.toFixed(1)} s` : change.toFixed(2)}</small>
            </li>
          );
        })}
      </ol>
      {measured && (
        <p className={styles["note"]}>
          Change of the log-probability of what stands inside the answer tags (with all frames{" "}
          {measured.logProb.toFixed(2)} nats), when{" "}
          {measured.kind === "shuffle" || measured.kind === "reverse" ? "frames are" : "the frame is"}{" "}
          {WORDS[measured.kind]}. Below 0: the frame spoke for the answer.
        </p>
      )}
    </section>
  );
}
