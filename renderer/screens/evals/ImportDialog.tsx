import { useState } from "react";
import type { EvaluationsOverview, MethodResult } from "../../../contract/methods.ts";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { ErrorNote } from "../../parts/EmptyState.tsx";
import { Field } from "../../parts/Field.tsx";
import { Modal } from "../../parts/Modal.tsx";
import { navigate } from "../../state/route.ts";
import { useService } from "../../state/queries.ts";
import { refreshEvaluations } from "./refresh.ts";
import styles from "./StartDialog.module.css";

/** A result file of somebody else becomes an evaluation: scored again, then opened. */
export function ImportDialog({
  overview,
  onClose,
}: {
  readonly overview: EvaluationsOverview;
  readonly onClose: () => void;
}) {
  const choices = useService("evaluations.choices", {});
  const [file, setFile] = useState("");
  const [benchmark, setBenchmark] = useState(overview.benchmarks[0]!.id);
  const [modelName, setModelName] = useState("");
  const [preset, setPreset] = useState("upstream-scripts");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [done, setDone] = useState<MethodResult<"evaluations.import"> | null>(null);
  const start = async (): Promise<void> => {
    setBusy(true);
    setError(null);
    try {
      setDone(await call("evaluations.import", { file: file.trim(), benchmark, modelName: modelName.trim(), preset }));
      refreshEvaluations();
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setBusy(false);
    }
  };
  const open = (evaluation: string): void => {
    onClose();
    navigate({ screen: "evals", evaluation, model: 0, view: "ordered", sample: null, against: null });
  };
  return (
    <Modal
      title="Import results"
      description="A file as Video-R1's scripts write it (results and final_acc), or a table as VideoHallu's does (.csv). Its outputs are scored again and stand beside ours, item by item."
      width={560}
      onClose={onClose}
    >
      {done === null ? (
        <form
          className={styles["form"]}
          onSubmit={(event) => {
            event.preventDefault();
            void start();
          }}
        >
          <Field label="Result file" note="Its path on the service's machine.">
            <input
              required
              value={file}
              spellCheck={false}
              placeholder="/data/eval_mvbench_theirs_greedy_output.json"
              onChange={(event) => setFile(event.target.value)}
            />
          </Field>
          <Field
            label="Name of their model"
            {...(file.trim().endsWith(".csv") ? { note: "As the table's column is called." } : {})}
          >
            <input required value={modelName} onChange={(event) => setModelName(event.target.value)} />
          </Field>
          <div className={styles["pair"]}>
            <Field label="Benchmark">
              <select value={benchmark} onChange={(event) => setBenchmark(event.target.value)}>
                {overview.benchmarks.map(({ id, title }) => (
                  <option key={id} value={id}>
                    {title}
                  </option>
                ))}
              </select>
            </Field>
            <Field label="Asked by, as far as known">
              <select value={preset} onChange={(event) => setPreset(event.target.value)}>
                {(choices.data?.presets ?? []).map(({ name }) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </Field>
          </div>
          <p className={styles["facts"]}>
            The prompt is not in such a file: the score never shares a column with ours, and a comparison says so first.
          </p>
          {error && <ErrorNote error={error} />}
          <div className={styles["buttons"]}>
            <Button onClick={onClose}>Cancel</Button>
            <Button
              kind="primary"
              type="submit"
              disabled={busy || file.trim() === "" || modelName.trim() === "" || !choices.data}
            >
              {busy ? "Reading …" : "Import"}
            </Button>
          </div>
        </form>
      ) : (
        <div className={styles["form"]}>
          <p role="status">
            {done.rows} rows were read; {done.reproduced} of their stored rewards come out the same here
            {done.reproduced === done.rows
              ? "."
              : ", the others are listed by reason under “stored reward”, and each item says its own."}
          </p>
          <div className={styles["buttons"]}>
            <Button onClick={onClose}>Close</Button>
            <Button kind="primary" onClick={() => open(done.evaluation)}>
              Open it
            </Button>
          </div>
        </div>
      )}
    </Modal>
  );
}
