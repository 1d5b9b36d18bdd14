import { useState } from "react";
import type { GroupView, HallucinationCount } from "../../contract/methods.ts";
import type { Panel } from "../../contract/panels.ts";
import { categoryOf } from "../../science/videohallu/taxonomy.ts";
import { Card } from "../parts/Card.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { formatCount, formatPercent } from "../parts/format.ts";
import { useVisible } from "../parts/useVisible.ts";
import { useService } from "../state/queries.ts";
import { navigate } from "../state/route.ts";
import { claimsOf, thoughtOf } from "./claims-of.ts";
import styles from "./HallucinationsPanel.module.css";
import { ViolationFrames } from "./ViolationFrames.tsx";

/**
 * A recipe's panel of kind `hallucinations`: questions about clips in which something impossible happens, by the law that
 * is broken, with the model's claims beside the frames that contradict the wrong ones.
 */
export function HallucinationsPanel({
  run,
  panel,
}: {
  readonly run: string;
  readonly panel: Extract<Panel, { kind: "hallucinations" }>;
}) {
  const [ref, visible] = useVisible<HTMLDivElement>();
  const [law, setLaw] = useState<string | null>(null);
  const { data, error } = useService(
    "analysis.hallucinations",
    visible ? { run, ...(law === null ? {} : { law }) } : null,
  );
  return (
    <div ref={ref} data-panel={panel.title}>
      <Card title={panel.title} explanation={panel.explanation}>
        {error ? (
          <ErrorNote error={error} />
        ) : !data ? (
          <Skeleton height={240} />
        ) : data.counts.length === 0 ? (
          <EmptyState
            compact
            icon="rollouts"
            title="No question about an impossible event was answered yet. Rows say of one in the field “violation”."
          />
        ) : (
          <div className={styles["board"]}>
            <Laws counts={data.counts} chosen={law} onChoose={setLaw} />
            <ol className={styles["probes"]} aria-label="Newest probes">
              {data.probes.map((probe) => (
                <li key={probe.group}>
                  <Probe run={run} group={probe} />
                </li>
              ))}
            </ol>
          </div>
        )}
      </Card>
    </div>
  );
}

function Laws({
  counts,
  chosen,
  onChoose,
}: {
  readonly counts: readonly HallucinationCount[];
  readonly chosen: string | null;
  readonly onChoose: (law: string | null) => void;
}) {
  return (
    <table className={styles["laws"]}>
      <caption>Wrong claims by the law that is broken</caption>
      <thead>
        <tr>
          <th scope="col">Law</th>
          <th scope="col">Answers</th>
          <th scope="col" title="Share of wrong claims in the first and in the last third of the run so far">
            First third → last
          </th>
        </tr>
      </thead>
      <tbody>
        {counts.map(({ law, task, answers, early, late }) => (
          <tr key={law} aria-selected={chosen === law}>
            <th scope="row">
              <button
                type="button"
                aria-pressed={chosen === law}
                onClick={() => onChoose(chosen === law ? null : law)}
                title={chosen === law ? "Show all laws" : "Show only this law"}
              >
                {law}
              </button>
              <span>
                {task} {categoryOf(task)?.title}
              </span>
            </th>
            <td>{formatCount(answers)}</td>
            <td>
              <span className={styles["change"]} data-better={late < early}>
                {formatPercent(early, 0)} → <strong>{formatPercent(late, 0)}</strong>
              </span>
              <span className={styles["bar"]} aria-hidden="true">
                <i data-when="early" style={{ width: `${(early * 100).toFixed(0)}%` }} />
                <i data-when="late" style={{ width: `${(late * 100).toFixed(0)}%` }} />
              </span>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Probe({ run, group }: { readonly run: string; readonly group: GroupView }) {
  const claims = claimsOf(group.rollouts);
  const wrong = claims.find(({ right }) => !right);
  const open = (rollout: number | null): void =>
    navigate({ screen: "rollouts", run, step: group.step, pair: group.pair, rollout });
  return (
    <article className={styles["probe"]}>
      <header>
        <button type="button" onClick={() => open(null)} title="Open this group in Rollouts">
          {group.question}
        </button>
        <span>
          {group.violation!.says.replace(/\.$/, "")}, but not here · step {group.step}
        </span>
      </header>
      {group.media && (
        <ViolationFrames urls={group.media.frameUrls} frames={group.media.frames} violation={group.violation!} />
      )}
      <ul className={styles["claims"]} aria-label={`Claims; right is ${group.answer}`}>
        {claims.map(({ text, count, right, example }) => (
          <li key={text} data-right={right}>
            <button type="button" onClick={() => open(example.id)}>
              {text} <b>{count}</b>
            </button>
          </li>
        ))}
        <li className={styles["truth"]}>right: {group.answer}</li>
      </ul>
      {wrong && (
        <p className={styles["thought"]} title={wrong.example.text}>
          {thoughtOf(wrong.example.text)}
        </p>
      )}
    </article>
  );
}
