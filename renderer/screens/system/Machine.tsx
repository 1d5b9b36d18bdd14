import { useState } from "react";
import type { SelfTest } from "../../../contract/methods.ts";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Card.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { Modal } from "../../parts/Modal.tsx";
import { formatDuration, formatBytes } from "../../parts/format.ts";
import { formatRoute } from "../../state/address.ts";
import { invalidate, useService } from "../../state/queries.ts";
import { Diagnostics } from "./Diagnostics.tsx";
import styles from "./Machine.module.css";
import { MediaRoots } from "./MediaRoots.tsx";
import { Retention } from "./Retention.tsx";

/** Runs that are listed; the largest first. */
const LISTED = 20;

/** Devices, the engine's self-test, what the data folder takes and keeps, where media come from, and help in trouble. */
export function Machine() {
  return (
    <>
      <Devices />
      <SelfTestCard />
      <StorageCard />
      <Retention />
      <MediaRoots />
      <Diagnostics />
    </>
  );
}

function Devices() {
  const { data, error } = useService("devices.list", {});
  return (
    <Card title="Devices" explanation="One run at a time trains on each: the queue keeps to it.">
      {error && <ErrorNote error={error} />}
      {!data && !error && <Skeleton height={40} />}
      <ul className={styles["rows"]}>
        {data?.map(({ id, title, detail, busyWith }) => (
          <li key={id}>
            <strong>{id}</strong>
            <span>
              {title}, {detail}
            </span>
            {busyWith ? (
              <a href={formatRoute({ screen: "live", run: busyWith, tab: "overview" })}>Busy</a>
            ) : (
              <em>Free</em>
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}

function SelfTestCard() {
  const [result, setResult] = useState<SelfTest | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const run = () => {
    setBusy(true);
    setError(null);
    call("system.selfTest", {})
      .then(setResult, setError)
      .finally(() => setBusy(false));
  };
  return (
    <Card
      title="Engine self-test"
      explanation="Engine and science against the reference vectors that come along, in a process of their own."
      aside={
        <Button disabled={busy} onClick={run}>
          {busy ? "Testing …" : "Run it"}
        </Button>
      }
    >
      {error && <ErrorNote error={error} />}
      {!result && !error && <p className={styles["note"]}>{busy ? "This takes some seconds." : "Not run yet."}</p>}
      {result && (
        <>
          <p className={styles["verdict"]} data-ok={result.ok} role="status">
            <Icon name={result.ok ? "check" : "warning"} size={14} />
            {result.ok ? "All numbers agree" : "Some numbers do not agree"}, {formatDuration(result.seconds)}
          </p>
          <pre className={styles["lines"]}>{result.lines.slice(-40).join("\n")}</pre>
        </>
      )}
    </Card>
  );
}

function StorageCard() {
  const { data, error } = useService("storage.get", {});
  const [doomed, setDoomed] = useState<string | null>(null);
  const [failure, setFailure] = useState<Error | null>(null);
  const remove = (run: string) => {
    setDoomed(null);
    setFailure(null);
    call("runs.delete", { run })
      .catch(setFailure)
      .finally(() => invalidate((method) => method === "storage.get" || method === "runs.page"));
  };
  return (
    <Card title="Storage" explanation="Of each run the newest two checkpoints and the ends of stages are kept.">
      {(error ?? failure) && <ErrorNote error={(error ?? failure)!} />}
      {!data && !error && <Skeleton height={120} />}
      {data && (
        <p className={styles["note"]}>
          Frames {formatBytes(data.framesBytes)} · databases {formatBytes(data.databaseBytes)} · free{" "}
          {formatBytes(data.freeBytes)}
        </p>
      )}
      {data?.runs.length === 0 && <EmptyState compact icon="runs" title="There are no runs." />}
      <ul className={styles["rows"]}>
        {data?.runs.slice(0, LISTED).map(({ run, name, bytes, checkpointBytes }) => (
          <li key={run}>
            <div className={styles["run"]}>
              <a href={formatRoute({ screen: "live", run, tab: "overview" })}>{name}</a>
              <em>{run}</em>
            </div>
            <span>
              {formatBytes(bytes)}
              {checkpointBytes > 0 && `, of which checkpoints ${formatBytes(checkpointBytes)}`}
            </span>
            <Button kind="danger" onClick={() => setDoomed(run)}>
              Delete
            </Button>
          </li>
        ))}
      </ul>
      {doomed && (
        <Modal
          title="Delete this run for good?"
          description={`${doomed}: journal, tokens and checkpoints go, and runs branched from it cannot start over.`}
          onClose={() => setDoomed(null)}
        >
          <div className={styles["buttons"]}>
            <Button onClick={() => setDoomed(null)}>Keep it</Button>
            <Button kind="danger" onClick={() => remove(doomed)}>
              Delete for good
            </Button>
          </div>
        </Modal>
      )}
    </Card>
  );
}
