import { useState } from "react";
import type { RunDetail } from "../../contract/methods.ts";
import { useActions } from "../actions.ts";
import { call } from "../connection.ts";
import { Button } from "./Button.tsx";
import { ErrorNote } from "./EmptyState.tsx";
import { Modal } from "./Modal.tsx";
import styles from "./RunControls.module.css";

type Asked = "pause" | "resume" | "checkpoint" | "stop" | "restart";

/** Pause, checkpoint, stop, resume. A command is applied between two steps: until then its button says so. */
export function RunControls({ run }: { readonly run: RunDetail }) {
  const [asked, setAsked] = useState<{ readonly what: Asked; readonly step: number } | null>(null);
  const [stopping, setStopping] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const send = (what: Asked, command: Record<string, unknown>) => {
    setAsked({ what, step: run.step });
    setError(null);
    call("runs.control", { run: run.id, command: { id: crypto.randomUUID(), ...command } }).catch((failure: Error) => {
      setError(failure);
      setAsked(null);
    });
  };
  const restart = () => {
    setAsked({ what: "restart", step: run.step });
    call("runs.resume", { run: run.id }).catch((failure: Error) => {
      setError(failure);
      setAsked(null);
    });
  };
  const ended = ["stopped", "failed", "lost"].includes(run.state);
  const paused = run.state === "paused" || run.phase === "paused";
  const waiting = (what: Asked) =>
    asked?.what === what &&
    (what === "pause"
      ? !paused
      : what === "resume"
        ? paused
        : what === "restart"
          ? ended
          : what === "stop"
            ? run.alive
            : asked.step === run.step);
  useActions([
    {
      id: "pause",
      label: "Pause the run",
      group: "Run",
      enabled: run.alive && !paused,
      perform: () => send("pause", { command: "pause" }),
    },
    {
      id: "unpause",
      label: "Go on with the run",
      group: "Run",
      enabled: run.alive && paused,
      perform: () => send("resume", { command: "resume" }),
    },
    {
      id: "checkpoint",
      label: "Save a checkpoint now",
      group: "Run",
      enabled: run.alive,
      perform: () => send("checkpoint", { command: "checkpoint" }),
    },
    { id: "stop", label: "Stop the run", group: "Run", enabled: run.alive, perform: () => setStopping(true) },
    { id: "resume", label: "Resume from the newest checkpoint", group: "Run", enabled: ended, perform: restart },
  ]);
  const stop = (save: boolean) => {
    setStopping(false);
    send("stop", { command: "stop", save });
  };
  return (
    <>
      {error && (
        <Modal title="The run did not take the command" onClose={() => setError(null)}>
          <ErrorNote error={error} />
        </Modal>
      )}
      {run.alive && (
        <>
          {paused ? (
            <Button
              icon="play"
              kind="primary"
              disabled={waiting("resume")}
              onClick={() => send("resume", { command: "resume" })}
            >
              {waiting("resume") ? "Going on …" : "Go on"}
            </Button>
          ) : (
            <Button
              icon="pause"
              hint="Wait after this step"
              disabled={waiting("pause")}
              onClick={() => send("pause", { command: "pause" })}
            >
              {waiting("pause") ? "Pausing …" : "Pause"}
            </Button>
          )}
          <Button
            icon="save"
            hint="Save a checkpoint after this step"
            disabled={waiting("checkpoint")}
            onClick={() => send("checkpoint", { command: "checkpoint" })}
          >
            {waiting("checkpoint") ? "Saving …" : "Checkpoint"}
          </Button>
          <Button icon="stop" kind="danger" disabled={waiting("stop")} onClick={() => setStopping(true)}>
            {waiting("stop") ? "Stopping …" : "Stop"}
          </Button>
        </>
      )}
      {ended && (
        <Button
          icon="resume"
          kind="primary"
          hint="From the newest checkpoint"
          disabled={waiting("restart")}
          onClick={restart}
        >
          {waiting("restart") ? "Starting …" : "Resume"}
        </Button>
      )}
      {stopping && (
        <Modal
          title="Stop this run?"
          description="It ends after the current step. What it measured and its checkpoints stay."
          onClose={() => setStopping(false)}
        >
          <div className={styles["buttons"]}>
            <Button onClick={() => setStopping(false)}>Go on training</Button>
            <Button kind="danger" onClick={() => stop(false)}>
              Stop without saving
            </Button>
            <Button kind="primary" onClick={() => stop(true)}>
              Save and stop
            </Button>
          </div>
        </Modal>
      )}
    </>
  );
}
