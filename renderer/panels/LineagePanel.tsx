import { useState } from "react";
import type { PairSideView, PreferencePair } from "../../contract/methods.ts";
import type { Panel } from "../../contract/panels.ts";
import { Card } from "../parts/Card.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { formatNumber } from "../parts/format.ts";
import { Icon } from "../parts/Icon.tsx";
import { Segmented } from "../parts/Segmented.tsx";
import { useVisible } from "../parts/useVisible.ts";
import { useService } from "../state/queries.ts";
import { navigate } from "../state/route.ts";
import { VerdictMarks } from "./VerdictMarks.tsx";
import styles from "./LineagePanel.module.css";

const ALL = "all";

/** A recipe's panel of kind `lineage`: from rollouts over the verifier's verdicts to the pair, and the update that used it. */
export function LineagePanel({
  run,
  panel,
}: {
  readonly run: string;
  readonly panel: Extract<Panel, { kind: "lineage" }>;
}) {
  const [ref, visible] = useVisible<HTMLDivElement>();
  const { data, error } = useService("analysis.preferencePairs", visible ? { run } : null);
  const [kind, setKind] = useState(ALL);
  const kinds = [...new Set((data ?? []).flatMap((pair) => pair.kind ?? []))].sort();
  const shown = (data ?? []).filter((pair) => kind === ALL || pair.kind === kind);
  return (
    <div ref={ref} data-panel={panel.title}>
      <Card
        title={panel.title}
        explanation={panel.explanation}
        aside={
          kinds.length > 1 && (
            <Segmented
              label="Kind of pair"
              value={kind}
              choices={[ALL, ...kinds].map((value) => ({ value, label: value }))}
              onChange={setKind}
            />
          )
        }
      >
        {error ? (
          <ErrorNote error={error} />
        ) : !data ? (
          <Skeleton height={160} />
        ) : data.length === 0 ? (
          <EmptyState compact icon="recipes" title="This run has made no preference pairs yet." />
        ) : (
          <ul className={styles["pairs"]}>
            {shown.map((pair) => (
              <li key={pair.id}>
                <Lineage run={run} pair={pair} />
              </li>
            ))}
          </ul>
        )}
      </Card>
    </div>
  );
}

function Lineage({ run, pair }: { readonly run: string; readonly pair: PreferencePair }) {
  const [open, setOpen] = useState(false);
  return (
    <article className={styles["lineage"]} data-pair={pair.id} data-kind={pair.kind ?? ""}>
      <button
        type="button"
        className={styles["rule"]}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        title={open ? "Show less" : "Show the whole texts and the verifier's reasons"}
      >
        <Icon name={open ? "down" : "chevron"} size={12} />
        {pair.kind && <strong>{pair.kind}</strong>}
        <span>{pair.verdict}</span>
        <span className={styles["from"]}>
          {pair.run === run ? "" : `${pair.run} · `}step {pair.step} · {pair.sampleId} · {pair.rollouts} answers
        </span>
        <span className={styles["use"]}>
          {pair.usedAtStep === null
            ? "not used yet"
            : `update ${pair.usedAtStep}${pair.margin === null ? "" : ` · margin ${formatNumber(pair.margin)}`}`}
        </span>
      </button>
      {open && (
        <p className={styles["reasons"]}>
          <span>{pair.question}</span> Answer {pair.answer}. {pair.rationale}
        </p>
      )}
      <Side pair={pair} name="chosen" side={pair.chosen} open={open} />
      <Side pair={pair} name="rejected" side={pair.rejected} open={open} />
    </article>
  );
}

interface SideProps {
  readonly pair: PreferencePair;
  readonly name: "chosen" | "rejected";
  readonly side: PairSideView;
  readonly open: boolean;
}

function Side({ pair, name, side: { rollout, text, composed, verdict }, open }: SideProps) {
  return (
    <div className={styles["side"]} data-side={name} data-open={open}>
      <button
        type="button"
        title="Open the rollout beside its frames"
        onClick={() =>
          navigate({ screen: "rollouts", run: pair.run, step: pair.step, pair: pair.pair, rollout: rollout.id })
        }
      >
        <span className={styles["name"]}>
          {name} · {composed ? "put together, ends on" : ""} #{rollout.index + 1}
        </span>
        <span className={styles["text"]}>{text}</span>
      </button>
      {verdict && <VerdictMarks verdict={verdict} composed={composed} open={open} />}
    </div>
  );
}
