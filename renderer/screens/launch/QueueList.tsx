import { useState } from "react";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { ErrorNote } from "../../parts/EmptyState.tsx";
import { formatRoute } from "../../state/address.ts";
import { invalidate, useService } from "../../state/queries.ts";
import styles from "./QueueList.module.css";

/** Runs that wait for the device, in the order in which they start. */
export function QueueList() {
  const queue = useService("queue.list", {});
  const [error, setError] = useState<Error | null>(null);
  const change = (method: "queue.move" | "queue.remove", params: { run: string; position: number }) => {
    setError(null);
    const asked = method === "queue.move" ? call(method, params) : call(method, { run: params.run });
    asked.catch(setError).finally(() => invalidate((name) => name === "queue.list"));
  };
  const waiting = queue.data ?? [];
  return (
    <section className={styles["queue"]} aria-label="Queue">
      <h3>Queue {waiting.length > 0 && <span>{waiting.length}</span>}</h3>
      {(error ?? queue.error) && <ErrorNote error={(error ?? queue.error)!} />}
      {waiting.length === 0 && <p>Nothing waits. Queued runs start one after the other on each device.</p>}
      <ol>
        {waiting.map((entry, index) => (
          <li key={entry.run}>
            <div>
              <a href={formatRoute({ screen: "live", run: entry.run, tab: "overview" })}>{entry.name}</a>
              <small>
                {entry.device === "auto" ? "" : `${entry.device} · `}
                {entry.waitsFor}
              </small>
            </div>
            <span className={styles["moves"]}>
              <Button
                icon="up"
                kind="quiet"
                hint="Earlier"
                disabled={index === 0}
                onClick={() => change("queue.move", { run: entry.run, position: index - 1 })}
              />
              <Button
                icon="down"
                kind="quiet"
                hint="Later"
                disabled={index === waiting.length - 1}
                onClick={() => change("queue.move", { run: entry.run, position: index + 1 })}
              />
              <Button
                icon="close"
                kind="quiet"
                hint="Take it out of the queue"
                onClick={() => change("queue.remove", { run: entry.run, position: 0 })}
              />
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
