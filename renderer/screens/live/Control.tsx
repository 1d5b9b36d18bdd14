import { useState } from "react";
import type { RunDetail } from "../../../contract/methods.ts";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Card.tsx";
import { EmptyState, ErrorNote } from "../../parts/EmptyState.tsx";
import { formatCount } from "../../parts/format.ts";
import { invalidate, useService } from "../../state/queries.ts";
import { navigate } from "../../state/route.ts";
import { knobsOf, type KnobState } from "./knobs.ts";
import styles from "./Control.module.css";

const clock = (time: number | null) => (time === null ? "" : new Date(time).toLocaleString("en-GB"));

/** What can be changed while the run goes on, who changed what and when, and the checkpoints to branch from. */
export function Control({ run }: { readonly run: RunDetail }) {
  const controls = useService("controls.list", { run: run.id });
  const [error, setError] = useState<Error | null>(null);
  const entries = controls.data ?? [];
  const set = (knob: string, value: number) => {
    setError(null);
    call("runs.control", { run: run.id, command: { command: "set_knob", knob, value } })
      .catch(setError)
      .finally(() => invalidate((method) => method === "controls.list"));
  };
  return (
    <div className={styles["columns"]}>
      <div className={styles["stack"]}>
        {(error ?? controls.error) && <ErrorNote error={(error ?? controls.error)!} />}
        <Card
          title="Knobs"
          explanation="Applied between two updates, written into the journal, and kept over a resume."
        >
          {!run.alive && (
            <p className={styles["note"]}>The run is not being trained: these are the values it had last.</p>
          )}
          <div>
            {knobsOf(run, entries).map((knob) => (
              <KnobRow
                key={`${knob.knob}-${knob.value}`}
                knob={knob}
                alive={run.alive}
                onSet={(value) => set(knob.knob, value)}
              />
            ))}
          </div>
        </Card>
        <Checkpoints run={run} />
      </div>
      <Card title="Commands" explanation="Everything that this run was told, and what became of it.">
        {entries.length === 0 ? (
          <EmptyState
            compact
            icon="info"
            title={`Nobody has interfered: the run ${run.alive ? "goes" : "went"} as it was launched.`}
          />
        ) : (
          <ol className={styles["trail"]}>
            {entries.map((entry) => (
              <li key={entry.id} data-state={entry.accepted === null ? "waiting" : entry.accepted ? "done" : "refused"}>
                <strong>{entry.knob ? `${entry.knob} = ${entry.value}` : entry.command}</strong>
                <span>{entry.outcome ?? (run.alive ? "Waits for the next step boundary." : "Was never taken.")}</span>
                <small>
                  {entry.step !== null && `step ${formatCount(entry.step)} · `}
                  {clock(entry.answeredAt ?? entry.askedAt)}
                </small>
              </li>
            ))}
          </ol>
        )}
      </Card>
    </div>
  );
}

function KnobRow({
  knob,
  alive,
  onSet,
}: {
  readonly knob: KnobState;
  readonly alive: boolean;
  readonly onSet: (value: number) => void;
}) {
  const [text, setText] = useState(knob.value === null ? "" : String(knob.value));
  const [low, high] = knob.range;
  const value = Number(text);
  const valid =
    text.trim() !== "" &&
    Number.isFinite(value) &&
    value >= low &&
    value <= high &&
    (!knob.whole || Number.isInteger(value));
  return (
    <form
      className={styles["knob"]}
      onSubmit={(event) => {
        event.preventDefault();
        if (valid && value !== knob.value) onSet(value);
      }}
    >
      <label htmlFor={`knob-${knob.knob}`}>
        <strong>{knob.title}</strong>
        <small>{knob.explanation}</small>
      </label>
      <div>
        <span>
          <input
            id={`knob-${knob.knob}`}
            value={text}
            inputMode="decimal"
            disabled={!alive}
            aria-invalid={!valid && text !== ""}
            onChange={(event) => setText(event.target.value)}
          />
          <Button type="submit" disabled={!alive || !valid || value === knob.value || value === knob.pending}>
            Set
          </Button>
        </span>
        <small data-pending={knob.pending !== null}>
          {knob.pending !== null && alive
            ? `${knob.pending} from the next update on`
            : !valid && text !== ""
              ? `${knob.whole ? "A whole number" : "A number"} from ${low} to ${high.toLocaleString("en-US")}`
              : knob.changedAtStep !== null
                ? `changed after step ${formatCount(knob.changedAtStep)}`
                : "as launched"}
        </small>
      </div>
    </form>
  );
}

function Checkpoints({ run }: { readonly run: RunDetail }) {
  const kept = run.checkpoints.filter((checkpoint) => checkpoint.kept);
  return (
    <Card
      title="Checkpoints"
      explanation="Ends of stages and checkpoints that you ask for are kept for good, with a model to branch from; of the others the newest two stay."
    >
      {kept.length === 0 ? (
        <EmptyState
          compact
          icon="save"
          title={run.checkpoints.length === 0 && run.alive ? "None saved yet." : "None is kept."}
        />
      ) : (
        <ul className={styles["checkpoints"]}>
          {[...kept].reverse().map(({ step, path, label }) => (
            <li key={`${path}-${step}`}>
              <span>Step {formatCount(step)}</span>
              <code>{path}</code>
              {label !== null && (
                <Button
                  hint="Launch a run that starts from this checkpoint"
                  onClick={() => navigate({ screen: "launch", from: run.id, checkpoint: path })}
                >
                  Branch
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
