import { useState } from "react";
import type { AlertRule } from "../../../contract/alerts.ts";
import type { RunDetail } from "../../../contract/methods.ts";
import { describeRule } from "../../../science/alerts/rules.ts";
import { call } from "../../connection.ts";
import { alertText } from "../../parts/AlertStrip.tsx";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Card.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { formatRoute } from "../../state/address.ts";
import { invalidate, useService } from "../../state/queries.ts";
import styles from "./Alerts.module.css";

/** What this run broke and when, and the rules themselves. */
export function Alerts({ run }: { readonly run: RunDetail }) {
  const alerts = useService("alerts.list", { run: run.id });
  const rules = useService("alerts.rules", {});
  const [error, setError] = useState<Error | null>(null);
  const changed = (asked: Promise<unknown>) => {
    setError(null);
    asked.catch(setError).finally(() => invalidate((method) => /^(alerts|runs)\./.test(method)));
  };
  const adviceOf = (id: string) => rules.data?.find((rule) => rule.id === id)?.advice ?? "";
  return (
    <div className={styles["alerts"]}>
      {(error ?? alerts.error ?? rules.error) && <ErrorNote error={(error ?? alerts.error ?? rules.error)!} />}
      <Card title="Alerts of this run" explanation="Found again from the journal's numbers whenever a rule changes.">
        {!alerts.data ? (
          <Skeleton height={60} />
        ) : alerts.data.length === 0 ? (
          <EmptyState compact icon="check" title="No rule was broken." />
        ) : (
          <ul className={styles["list"]}>
            {alerts.data.map((alert) => (
              <li key={`${alert.rule}-${alert.fromStep}`} data-level={alert.level}>
                <Icon name="warning" size={14} />
                <strong>{alert.title}</strong>
                <span>
                  {alertText(alert)}
                  {alert.ongoing ? "" : `, until step ${alert.toStep}`}
                </span>
                <span className={styles["advice"]}>{adviceOf(alert.rule)}</span>
                <a
                  href={formatRoute({
                    screen: "rollouts",
                    run: run.id,
                    step: alert.fromStep,
                    pair: null,
                    rollout: null,
                  })}
                >
                  Rollouts
                </a>
              </li>
            ))}
          </ul>
        )}
      </Card>
      <Card
        title="Rules"
        explanation="For all runs of this data folder. The kind of a rule is fixed; bound and length are yours."
        aside={
          <Button kind="quiet" onClick={() => changed(call("alerts.resetRules", {}))}>
            Back to the defaults
          </Button>
        }
      >
        <div className={styles["rules"]}>
          {rules.data?.map((rule) => (
            <RuleRow
              key={`${rule.id}-${rule.threshold}-${rule.steps}`}
              rule={rule}
              onChange={(change) => {
                const { id, threshold, steps, enabled } = { ...rule, ...change };
                changed(call("alerts.setRule", { id, threshold, steps, enabled }));
              }}
            />
          ))}
        </div>
      </Card>
    </div>
  );
}

function RuleRow({
  rule,
  onChange,
}: {
  readonly rule: AlertRule;
  readonly onChange: (change: Partial<AlertRule>) => void;
}) {
  const [threshold, setThreshold] = useState(String(rule.threshold));
  const [steps, setSteps] = useState(String(rule.steps));
  const bound = Number(threshold);
  const length = Number(steps);
  const valid = threshold.trim() !== "" && Number.isFinite(bound) && Number.isInteger(length) && length >= 1;
  const differs = bound !== rule.threshold || length !== rule.steps;
  return (
    <form
      className={styles["rule"]}
      data-off={!rule.enabled}
      onSubmit={(event) => {
        event.preventDefault();
        if (valid && differs) onChange({ threshold: bound, steps: length });
      }}
    >
      <input
        type="checkbox"
        aria-label={`Watch: ${rule.title}`}
        checked={rule.enabled}
        onChange={(event) => onChange({ enabled: event.target.checked })}
      />
      <div>
        <strong>{rule.title}</strong>
        <code>{describeRule(rule)}</code>
      </div>
      <label>
        Bound
        <input
          value={threshold}
          inputMode="decimal"
          disabled={rule.kind === "notFinite"}
          aria-invalid={!valid}
          onChange={(event) => setThreshold(event.target.value)}
        />
      </label>
      <label>
        Updates
        <input
          value={steps}
          inputMode="numeric"
          aria-invalid={!valid}
          onChange={(event) => setSteps(event.target.value)}
        />
      </label>
      <Button type="submit" disabled={!valid || !differs}>
        Apply
      </Button>
    </form>
  );
}
