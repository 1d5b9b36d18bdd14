import { useState } from "react";
import type { MethodResult } from "../../../contract/methods.ts";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { ErrorNote } from "../../parts/EmptyState.tsx";
import { Field } from "../../parts/Field.tsx";
import { Modal } from "../../parts/Modal.tsx";
import { Sentence } from "../../parts/Sentence.tsx";
import { formatCount } from "../../parts/format.ts";
import { formatRoute } from "../../state/address.ts";
import { navigate } from "../../state/route.ts";
import styles from "./Interop.module.css";

/** Runs that another trainer or tracker wrote: their path, and then what became of it. One run is opened at once. */
export function ImportRuns({ onClose }: { readonly onClose: () => void }) {
  const [path, setPath] = useState("");
  const [name, setName] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [done, setDone] = useState<MethodResult<"runs.import"> | null>(null);
  const desktop = window.secondlook;
  const start = async () => {
    setBusy(true);
    setError(null);
    try {
      const result = await call("runs.import", { path: path.trim(), name });
      const [first] = result.runs;
      if (result.runs.length > 1 || result.problems.length > 0 || !first) setDone(result);
      else navigate({ screen: "live", run: first.id, tab: "overview" });
    } catch (failure) {
      setError(failure as Error);
    }
    setBusy(false);
  };
  return (
    <Modal
      title="Import runs of another tool"
      description="TensorBoard's event files, TRL's trainer_state.json and completions, verl's rollouts, and JSONL of metrics. A folder with records becomes a run; the files stay as they are."
      width={640}
      onClose={onClose}
    >
      {done ? (
        <Done result={done} onClose={onClose} />
      ) : (
        <form
          className={styles["form"]}
          onSubmit={(event) => {
            event.preventDefault();
            if (path.trim() !== "" && !busy) void start();
          }}
        >
          <Field label="Folder or file" note="Its whole path on the machine of the service">
            <span className={styles["path"]}>
              <input
                value={path}
                placeholder="/logs/grpo-7b"
                spellCheck={false}
                autoFocus
                onChange={(event) => setPath(event.target.value)}
              />
              {desktop && (
                <Button
                  icon="folder"
                  hint="Choose the folder"
                  onClick={() =>
                    void desktop.chooseFolder("Choose a folder of logs").then((chosen) => chosen && setPath(chosen))
                  }
                />
              )}
            </span>
          </Field>
          <Field label="Name" note="Empty: the folder's name">
            <input value={name} maxLength={200} onChange={(event) => setName(event.target.value)} />
          </Field>
          {error && <ErrorNote error={error} />}
          <div className={styles["buttons"]}>
            <Button onClick={onClose}>Cancel</Button>
            <Button kind="primary" type="submit" disabled={path.trim() === "" || busy}>
              {busy ? "Reading …" : "Import"}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}

function Done({
  result: { runs, problems },
  onClose,
}: {
  readonly result: MethodResult<"runs.import">;
  readonly onClose: () => void;
}) {
  return (
    <div className={styles["done"]}>
      <p>{runs.length === 1 ? "One run was imported." : `${formatCount(runs.length)} runs were imported.`}</p>
      <ul>
        {runs.map(({ id, name, tool, metrics, steps, rollouts }) => (
          <li key={id}>
            <a href={formatRoute({ screen: "live", run: id, tab: "overview" })}>{name}</a>, from {tool}:{" "}
            {formatCount(metrics)} metrics over {formatCount(steps)} steps, {formatCount(rollouts)} rollouts
          </li>
        ))}
      </ul>
      {problems.map((problem) => (
        <p key={problem} className={styles["problem"]}>
          <Sentence text={problem} />
        </p>
      ))}
      <div className={styles["buttons"]}>
        <Button kind="primary" onClick={onClose}>
          Close
        </Button>
      </div>
    </div>
  );
}
