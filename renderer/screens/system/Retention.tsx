import { useState } from "react";
import type { RetentionPlan, RetentionRule } from "../../../contract/methods.ts";
import { call } from "../../connection.ts";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Card.tsx";
import { ErrorNote, Skeleton } from "../../parts/EmptyState.tsx";
import { Field } from "../../parts/Field.tsx";
import { Modal } from "../../parts/Modal.tsx";
import { formatCount, formatBytes } from "../../parts/format.ts";
import { formatRoute } from "../../state/address.ts";
import { invalidate, useService } from "../../state/queries.ts";
import styles from "./Upkeep.module.css";

const KEPT: Readonly<Record<RetentionRule["checkpoints"], string>> = {
  all: "All of them",
  ends: "The ends of stages",
  newest: "The newest one",
};
const LISTED = 12;

/** What is kept of old runs: the rule, what it would remove now, and the deed. */
export function Retention() {
  const { data, error } = useService("retention.get", {});
  return (
    <Card
      title="Old runs"
      explanation="Journals and answers always stay. Checkpoints that you asked for, those that other runs branched from, and runs that you named, tagged or annotated are never touched."
    >
      {error && <ErrorNote error={error} />}
      {!data && !error && <Skeleton height={120} />}
      {data && <RuleForm key={JSON.stringify(data)} stored={data} />}
    </Card>
  );
}

const inRange = (text: string, most: number): number | null =>
  /^\d+$/.test(text.trim()) && Number(text) <= most ? Number(text) : null;

function RuleForm({ stored }: { readonly stored: RetentionRule }) {
  const [rule, setRule] = useState(stored);
  const [days, setDays] = useState(String(stored.afterDays));
  const [newest, setNewest] = useState(String(stored.keepNewest));
  const [plan, setPlan] = useState<RetentionPlan | null>(null);
  const [removed, setRemoved] = useState<RetentionPlan | null>(null);
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Error | null>(null);
  const afterDays = inRange(days, 3650);
  const keepNewest = inRange(newest, 100_000);
  const valid = afterDays !== null && keepNewest !== null;
  const edited: RetentionRule = {
    ...rule,
    afterDays: afterDays ?? rule.afterDays,
    keepNewest: keepNewest ?? rule.keepNewest,
  };
  const isNew = JSON.stringify(edited) !== JSON.stringify(stored);
  const change = (next: RetentionRule) => {
    setRule(next);
    setPlan(null);
  };
  const during = <Result,>(work: Promise<Result>, then: (result: Result) => void) => {
    setBusy(true);
    setFailure(null);
    work.then(then, setFailure).finally(() => setBusy(false));
  };
  const preview = () => {
    setRemoved(null);
    during(call("retention.preview", edited), setPlan);
  };
  const apply = () => {
    setAsking(false);
    during(call("retention.apply", edited), (done) => {
      setPlan(null);
      setRemoved(done);
      invalidate((method) => ["storage.get", "runs.get", "runs.page"].includes(method));
    });
  };
  const save = () => during(call("retention.set", edited), () => invalidate((method) => method === "retention.get"));
  return (
    <form
      className={styles["form"]}
      onSubmit={(event) => {
        event.preventDefault();
        if (valid) preview();
      }}
    >
      <div className={styles["fields"]}>
        <Field label="A run is old after" {...(afterDays === null ? { note: "A number of days up to 3650." } : {})}>
          <span className={styles["unit"]}>
            <input
              value={days}
              inputMode="numeric"
              aria-invalid={afterDays === null}
              onChange={(event) => {
                setDays(event.target.value);
                setPlan(null);
              }}
            />
            days
          </span>
        </Field>
        <Field label="Never old are the newest" {...(keepNewest === null ? { note: "A whole number." } : {})}>
          <span className={styles["unit"]}>
            <input
              value={newest}
              inputMode="numeric"
              aria-invalid={keepNewest === null}
              onChange={(event) => {
                setNewest(event.target.value);
                setPlan(null);
              }}
            />
            runs
          </span>
        </Field>
        <Field label="Kept of its checkpoints">
          <select
            value={rule.checkpoints}
            onChange={(event) => change({ ...rule, checkpoints: event.target.value as RetentionRule["checkpoints"] })}
          >
            {Object.entries(KEPT).map(([value, label]) => (
              <option key={value} value={value}>
                {label}
              </option>
            ))}
          </select>
        </Field>
      </div>
      <label className={styles["check"]}>
        <input
          type="checkbox"
          checked={rule.frames}
          onChange={(event) => change({ ...rule, frames: event.target.checked })}
        />
        Keep the frames that only old runs saw
      </label>
      <label className={styles["check"]}>
        <input
          type="checkbox"
          checked={rule.automatic}
          onChange={(event) => change({ ...rule, automatic: event.target.checked })}
        />
        Apply by itself, when the service starts and every six hours
      </label>
      {failure && <ErrorNote error={failure} />}
      <div className={styles["buttons"]}>
        <Button type="submit" disabled={!valid || busy}>
          {busy ? "Looking …" : "Preview"}
        </Button>
        <Button disabled={!valid || busy || !isNew} onClick={save}>
          Save the rule
        </Button>
        {plan && plan.bytes > 0 && (
          <Button kind="danger" disabled={busy} onClick={() => setAsking(true)}>
            Remove {formatBytes(plan.bytes)}
          </Button>
        )}
      </div>
      {plan && <Preview plan={plan} />}
      {removed && (
        <p className={styles["note"]} role="status">
          {formatBytes(removed.bytes)} were freed.
        </p>
      )}
      {asking && plan && (
        <Modal
          title="Remove these for good?"
          description={`Checkpoints of ${plan.items.length === 1 ? "one run" : `${formatCount(plan.items.length)} runs`} and ${formatCount(plan.frames.count)} frames, ${formatBytes(plan.bytes)}. Journals, answers and measurements stay.`}
          onClose={() => setAsking(false)}
        >
          <div className={styles["buttons"]} data-end="true">
            <Button onClick={() => setAsking(false)}>Keep them</Button>
            <Button kind="danger" onClick={apply}>
              Remove for good
            </Button>
          </div>
        </Modal>
      )}
    </form>
  );
}

function Preview({ plan }: { readonly plan: RetentionPlan }) {
  const { items, frames, protectedRuns } = plan;
  return (
    <div role="status" className={styles["preview"]}>
      <p className={styles["note"]}>
        {plan.bytes === 0 ? "Nothing would go" : `${formatBytes(plan.bytes)} would go`}
        {frames.count > 0 && `, ${formatCount(frames.count)} frames among them`}.
        {protectedRuns > 0 &&
          ` ${formatCount(protectedRuns)} old ${protectedRuns === 1 ? "run is" : "runs are"} left alone: somebody marked them.`}
      </p>
      <ul className={styles["rows"]}>
        {items.slice(0, LISTED).map(({ run, name, paths, bytes }) => (
          <li key={run}>
            <a href={formatRoute({ screen: "live", run, tab: "control" })}>{name}</a>
            <span title={paths.join("\n")}>
              {paths.length === 1 ? paths[0] : `${formatCount(paths.length)} checkpoints`}
            </span>
            <span>{formatBytes(bytes)}</span>
          </li>
        ))}
      </ul>
      {items.length > LISTED && <p className={styles["note"]}>and {formatCount(items.length - LISTED)} more runs</p>}
    </div>
  );
}
