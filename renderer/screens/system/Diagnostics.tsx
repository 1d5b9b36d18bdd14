import { useState } from "react";
import type { DiagnosticsBundle } from "../../../contract/methods.ts";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Card.tsx";
import { ErrorNote } from "../../parts/EmptyState.tsx";
import { formatBytes } from "../../parts/format.ts";
import styles from "./Upkeep.module.css";

/** An archive for whoever helps: made here, looked at by its owner, sent by nobody. */
export function Diagnostics() {
  const [bundle, setBundle] = useState<DiagnosticsBundle | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const make = () => {
    setBusy(true);
    setError(null);
    call("system.diagnostics", {})
      .then(setBundle, setError)
      .finally(() => setBusy(false));
  };
  return (
    <Card
      title="Diagnostics"
      explanation="Versions, the checks above, settings, states of runs and the ends of logs, without tokens. No questions, answers, frames or weights."
      aside={
        <Button disabled={busy} onClick={make}>
          {busy ? "Making it …" : "Make an archive"}
        </Button>
      }
    >
      {error && <ErrorNote error={error} />}
      {!bundle && !error && (
        <p className={styles["note"]}>For a report of trouble. It stays in the data folder until you pass it on.</p>
      )}
      {bundle && (
        <div role="status" className={styles["preview"]}>
          <p className={styles["note"]}>
            {formatBytes(bundle.bytes)} in <code>{bundle.path}</code>
          </p>
          <ul className={styles["rows"]}>
            {bundle.files.map(({ name, bytes }) => (
              <li key={name}>
                <code>{name}</code>
                <span />
                <span>{formatBytes(bytes)}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Card>
  );
}
