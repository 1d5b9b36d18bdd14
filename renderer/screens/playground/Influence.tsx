import { useEffect, useRef, useState } from "react";
import { FRAME_CHANGES } from "../../../contract/session.ts";
import type { FrameRef } from "../../../contract/journal.ts";
import type { MethodResult } from "../../../contract/methods.ts";
import { call, mediaAddress, type ServiceError } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { ErrorNote } from "../../parts/EmptyState.tsx";
import { Segmented } from "../../parts/Segmented.tsx";
import { formatCount } from "../../parts/format.ts";
import styles from "./Influence.module.css";
import { listening, type Question } from "./useAsking.ts";

type Kind = (typeof FRAME_CHANGES)[number];
type Measured = MethodResult<"session.influence">;

const WORDS: Readonly<Record<Kind, string>> = {
  drop: "dropped",
  blur: "blurred",
  shuffle: "all shuffled",
  reverse: "all reversed",
  repeat: "replaced by its neighbour",
  replace: "replaced by grey",
};
const PARTS = { answer: "the answer", whole: "reasoning and answer" } as const;
type Part = keyof typeof PARTS;

/** Smaller changes are drawn small: they are next to nothing. */
const LEAST_SCALE_NATS = 0.1;
/** Below this the answer hangs on no single frame. */
const NOTABLE_NATS = 0.05;

const nats = (value: number): string => `${value < -0.005 ? "−" : ""}${Math.abs(value).toFixed(2)}`;
const signed = (value: number): string => (value >= 0.005 ? `+${nats(value)}` : nats(value));

const ofTheOrder = (kind: Kind): boolean => kind === "shuffle" || kind === "reverse";

/** The frames that the model saw; over each, how much likelier (up) or less likely (down) the answer was made by it. */
export function Influence({
  asked,
  completion,
  shown,
  atOnce = false,
}: {
  readonly asked: Question;
  readonly completion: string;
  /** Null: not known before they are measured. */
  readonly shown: { readonly frames: readonly FrameRef[]; readonly urls: readonly string[] } | null;
  readonly atOnce?: boolean;
}) {
  const [kind, setKind] = useState<Kind>("replace");
  const [busy, setBusy] = useState<string | null>(null);
  const [error, setError] = useState<ServiceError | null>(null);
  const [measured, setMeasured] = useState<Measured | null>(null);
  const [chosen, setChosen] = useState<Part | null>(null);
  const measure = async (): Promise<void> => {
    setBusy("Measuring …");
    setError(null);
    try {
      const { model, path, question, options, frames, pixels, order } = asked;
      const params = { model, path, question, options, frames, pixels, order, completion, kind };
      setMeasured(
        await listening(
          (name) => call("session.influence", { ...params, call: name }),
          (event) => event.type === "progress" && setBusy(`Measuring, ${event.text} …`),
        ),
      );
    } catch (failure) {
      setError(failure as ServiceError);
    } finally {
      setBusy(null);
    }
  };
  const begun = useRef(false);
  useEffect(() => {
    if (!atOnce || begun.current) return;
    begun.current = true;
    void measure();
  });
  // An answer that only repeats its reasoning hangs on no frame by itself.
  const speaks = measured?.answer.changes.some((change) => Math.abs(change) >= NOTABLE_NATS) ?? true;
  const part = chosen ?? (speaks ? "answer" : "whole");
  const frames = shown?.frames ?? measured?.shown.frames ?? [];
  const urls = shown?.urls ?? measured?.frameUrls ?? [];
  return (
    <section aria-label="Which frames mattered">
      <div className={styles["row"]}>
        <label>
          Which frames mattered? Each{" "}
          <select value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
            {FRAME_CHANGES.map((name) => (
              <option key={name} value={name}>
                {WORDS[name]}
              </option>
            ))}
          </select>
        </label>
        <Button disabled={busy !== null || asked.change !== null} onClick={() => void measure()}>
          {busy ?? "Measure"}
        </Button>
        {measured && (
          <Segmented
            label="Of what"
            value={part}
            onChange={setChosen}
            choices={(["answer", "whole"] as const).map((value) => ({ value, label: PARTS[value] }))}
          />
        )}
        {asked.change !== null && <small>Ask with the frames as they are to measure them.</small>}
      </div>
      {error && <ErrorNote error={error} />}
      {frames.length > 0 && <Strip frames={frames} urls={urls} changes={measured?.[part].changes ?? null} />}
      {measured && <Reading measured={measured} part={part} />}
    </section>
  );
}

function Strip({
  frames,
  urls,
  changes,
}: {
  readonly frames: readonly FrameRef[];
  readonly urls: readonly string[];
  readonly changes: readonly number[] | null;
}) {
  const largest = Math.max(LEAST_SCALE_NATS, ...(changes?.map(Math.abs) ?? []));
  return (
    <ol className={styles["frames"]} style={{ gridTemplateColumns: `repeat(${frames.length}, minmax(36px, 84px))` }}>
      {frames.map(({ index, ptsSec, hash }, place) => {
        // What the frame gave the answer: what is lost when it is changed.
        const gave = changes === null ? undefined : -changes[place]!;
        const words = gave === undefined ? "" : `, gave the answer ${gave.toFixed(3)} nats`;
        return (
          <li key={place} title={`Frame ${index} at ${ptsSec.toFixed(2)} s${words}`}>
            {gave !== undefined && (
              <span className={styles["bar"]} data-gave={gave.toFixed(4)}>
                <i
                  data-side={gave >= 0 ? "for" : "against"}
                  style={{ height: `${(50 * Math.abs(gave)) / largest}%` }}
                />
              </span>
            )}
            <img src={mediaAddress(urls[place]!)} alt={`Frame ${index} at ${ptsSec.toFixed(2)} s`} data-hash={hash} />
            <small>{gave === undefined ? `${ptsSec.toFixed(1)} s` : signed(gave)}</small>
          </li>
        );
      })}
    </ol>
  );
}

/** In words, with what sharing the unchanged frames has saved. */
function Reading({ measured, part }: { readonly measured: Measured; readonly part: Part }) {
  const { kind, cost } = measured;
  const { changes, logProb } = measured[part];
  const gave = changes.map((change) => -change);
  const most = gave.indexOf(Math.max(...gave));
  const reading = ofTheOrder(kind)
    ? `With the frames ${WORDS[kind]}, its log-probability changes by ${signed(changes[0]!)} nats.`
    : gave[most]! < NOTABLE_NATS
      ? "No single frame carries this: changing any one of them hardly makes it less likely."
      : `Frame ${most + 1} carries it most: ${WORDS[kind]}, it costs ${nats(gave[most]!)} nats.`;
  const saved = 1 - cost.tokens / cost.tokensAlone;
  return (
    <p className={styles["note"]}>
      {reading} Bars: log-probability of {PARTS[part]} lost by the change, of {nats(logProb)} nats with all frames; up:
      the frame spoke for it. {formatCount(cost.tokens)} tokens were computed in {cost.seconds.toFixed(1)} s; each
      changed clip by itself would have taken {formatCount(cost.tokensAlone)}
      {saved > 0.005 ? ` (${Math.round(100 * saved)} % saved by sharing what is the same)` : ""}.
    </p>
  );
}
