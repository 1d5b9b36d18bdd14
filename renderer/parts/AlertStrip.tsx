import type { Alert } from "../../contract/alerts.ts";
import { formatRoute } from "../state/address.ts";
import { Icon } from "./Icon.tsx";
import { formatCount, formatNumber } from "./format.ts";
import styles from "./AlertStrip.module.css";

/** More than these are counted. */
const SHOWN = 3;

/** What of an alert is said in a line. */
export function alertText({ fromStep, toStep, value, bound }: Alert): string {
  const since = fromStep === toStep ? `in step ${formatCount(toStep)}` : `since step ${formatCount(fromStep)}`;
  if (bound === null) return since;
  return `${since}: ${formatNumber(value)}, bound ${formatNumber(bound)}`;
}

/** What the newest updates of a run break, with the way to the rules and to the rollouts. */
export function AlertStrip({ run, alerts }: { readonly run: string; readonly alerts: readonly Alert[] }) {
  if (alerts.length === 0) return null;
  return (
    <ul className={styles["strip"]} aria-label="Alerts">
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
