import { useEffect, useState } from "react";
import { reconnectNow, useConnection } from "../connection.ts";
import type { DesktopBridge } from "../../contract/desktop.ts";
import { Button } from "./Button.tsx";
import { Icon } from "./Icon.tsx";
import styles from "./ConnectionBanner.module.css";

/** A short interruption is nobody's business; the banner comes when it lasts. */
const PATIENCE_MS = 1500;

/** Says that the line to the service is down, that training goes on, and what to do. */
export function ConnectionBanner() {
  const state = useConnection((connection) => connection.state);
  const [patient, setPatient] = useState(true);
  const isOpen = state.kind === "open";
  useEffect(() => {
    if (isOpen) return;
    const timer = setTimeout(() => setPatient(false), PATIENCE_MS);
    return () => {
      clearTimeout(timer);
      setPatient(true);
    };
  }, [isOpen]);
  const [restarting, setRestarting] = useState(false);
  const [trouble, setTrouble] = useState<string | null>(null);
  const restart = async (desktop: DesktopBridge): Promise<void> => {
    setRestarting(true);
    setTrouble(
      await desktop.restartService().then(
        () => null,
        (error: Error) => error.message,
      ),
    );
    setRestarting(false);
    reconnectNow();
  };
  if (isOpen || (patient && state.kind !== "refused")) return null;
  return (
    <div className={styles["banner"]} role="alert">
      <Icon name="warning" />
      <p>
        {state.kind === "refused" ? (
          <>
            <strong>{state.message}</strong> {trouble ?? state.remedy}
          </>
        ) : (
          <>
            <strong>The service does not answer.</strong> Training goes on without it; this window reconnects by itself.
          </>
        )}
      </p>
      {state.kind === "refused" && state.versions && window.secondlook && (
        <Button disabled={restarting} onClick={() => void restart(window.secondlook!)}>
          {restarting ? "Restarting…" : "Restart the service"}
        </Button>
      )}
      <Button onClick={reconnectNow}>Try now</Button>
    </div>
  );
}
