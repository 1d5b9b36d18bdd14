import { useState } from "react";
import type { Alert } from "../../contract/alerts.ts";
import { formatRoute } from "../state/address.ts";
import { Icon } from "./Icon.tsx";
import { formatCount, formatNumber } from "./format.ts";
import styles from "./AlertStrip.module.css";

/** More than these are counted: the strip is one line high. */
const SHOWN = 2;

/** What of an alert is said in a line. */
export function alertText({ fromStep, toStep, value, bound }: Alert): string {
  const since = fromStep === toStep ? `in step ${formatCount(toStep)}` : `since step ${formatCount(fromStep)}`;
  if (bound === null) return since;
  return `${since}: ${formatNumber(value)}, bound ${formatNumber(bound)}`;
}

/** What the newest updates of a run break, with the way to the rules and to the rollouts. */
export function AlertStrip({ run, alerts }: { readonly run: string; readonly alerts: readonly Alert[] }) {
  const [seen, setSeen] = useState(false);
  if (alerts.length > 0 && !seen) setSeen(true);
  if (alerts.length === 0 && !seen) return null;
  // Once there, the line stays: a rule that is broken every other update must not make the page jump.
  return (
    <ul className={styles["strip"]} aria-label="Alerts">
      {alerts.length === 0 && <li data-level="good">The newest updates break no rule any more.</li>}
      {alerts.slice(0, SHOWN).map((alert) => (
        <li key={alert.rule} data-level={alert.level} role={alert.level === "error" ? "alert" : undefined}>
          <Icon name="warning" size={14} />
          <strong>{alert.title}</strong>
          <span>{alertText(alert)}</span>
          <a href={formatRoute({ screen: "live", run, tab: "alerts" })}>Why</a>
          <a href={formatRoute({ screen: "rollouts", run, step: alert.toStep, pair: null, rollout: null })}>Rollouts</a>
        </li>
      ))}
      {alerts.length > SHOWN && (
        <li>
          <a href={formatRoute({ screen: "live", run, tab: "alerts" })}>{alerts.length - SHOWN} more</a>
        </li>
      )}
    </ul>
  );
}
