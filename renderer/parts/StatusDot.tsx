import type { RunState } from "../../contract/methods.ts";
import styles from "./StatusDot.module.css";

const LOOK: Readonly<Record<RunState, { readonly label: string; readonly tone: string }>> = {
  queued: { label: "Queued", tone: "idle" },
  starting: { label: "Starting", tone: "live" },
  running: { label: "Running", tone: "live" },
  paused: { label: "Paused", tone: "warn" },
  completed: { label: "Completed", tone: "good" },
  stopped: { label: "Stopped", tone: "idle" },
  failed: { label: "Failed", tone: "bad" },
  lost: { label: "Lost", tone: "bad" },
};

/** The state of a run as a word: shape and colour of the dot only repeat it. */
export function StatusDot({ state, bare = false }: { readonly state: RunState; readonly bare?: boolean }) {
  const { label, tone } = LOOK[state];
  return (
    <span className={styles["status"]} title={bare ? label : undefined}>
      <span className={`${styles["dot"]} ${styles[tone]}`} data-moving={state === "running" || state === "starting"} />
      {bare ? <span className="visually-hidden">{label}</span> : label}
    </span>
  );
}
