import { useState } from "react";
import type { MethodResult } from "../../../contract/methods.ts";
import { EXPORT_FORMATS, type ExportFormat } from "../../../contract/methods/interop.ts";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { ErrorNote } from "../../parts/EmptyState.tsx";
import { Modal } from "../../parts/Modal.tsx";
import { formatCount } from "../../parts/format.ts";
import styles from "./Interop.module.css";

const FORMATS = Object.entries(EXPORT_FORMATS) as [ExportFormat, (typeof EXPORT_FORMATS)[ExportFormat]][];

/** A run for another tool: every value of it, written anew from the journal. */
export function ExportRun({ run, onClose }: { readonly run: string; readonly onClose: () => void }) {
  const [format, setFormat] = useState<ExportFormat>("tfevents");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const [done, setDone] = useState<MethodResult<"runs.export"> | null>(null);
  const start = async () => {
    setBusy(true);
    setError(null);
    try {
      setDone(await call("runs.export", { run, format }));
    } catch (failure) {
      setError(failure as Error);
    }
    setBusy(false);
  };
  return (
    <Modal
      title="Export this run"
      description="Written from the journal: every value, nothing sampled."
      onClose={onClose}
    >
      {done ? (
        <div className={styles["done"]}>
          <p>
            {done.values > 0
              ? `${formatCount(done.values)} values of ${formatCount(done.steps)} steps were written to`
              : `${formatCount(done.rollouts)} rollouts were written to`}
          </p>
          <code>{done.path}</code>
          <div className={styles["buttons"]}>
            <Button icon="copy" onClick={() => void navigator.clipboard.writeText(done.path)}>
              Copy the path
            </Button>
            <Button kind="primary" onClick={onClose}>
              Close
            </Button>
          </div>
        </div>
      ) : (
        <form
          className={styles["form"]}
          onSubmit={(event) => {
            event.preventDefault();
            if (!busy) void start();
          }}
        >
          <div className={styles["formats"]} role="radiogroup" aria-label="Format">
            {FORMATS.map(([name, { title }]) => (
              <label key={name}>
                <input type="radio" name="format" checked={format === name} onChange={() => setFormat(name)} />
                {title}
                <code>{name}</code>
              </label>
            ))}
          </div>
          {error && <ErrorNote error={error} />}
          <div className={styles["buttons"]}>
            <Button onClick={onClose}>Cancel</Button>
            <Button kind="primary" type="submit" disabled={busy}>
              {busy ? "Writing …" : "Export"}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
