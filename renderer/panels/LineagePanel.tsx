import type { PreferencePair } from "../../contract/methods.ts";
import type { Panel } from "../../contract/panels.ts";
import { Card } from "../parts/Card.tsx";
import { EmptyState, ErrorNote, Skeleton } from "../parts/EmptyState.tsx";
import { Icon } from "../parts/Icon.tsx";
import { formatNumber } from "../parts/format.ts";
import { useVisible } from "../parts/useVisible.ts";
import { useService } from "../state/queries.ts";
import { navigate } from "../state/route.ts";
import styles from "./LineagePanel.module.css";

/** A recipe's panel of kind `lineage`: from rollouts over the verifier's verdict to the pair, and the update that used it. */
export function LineagePanel({
  run,
  panel,
}: {
  readonly run: string;
  readonly panel: Extract<Panel, { kind: "lineage" }>;
}) {
  const [ref, visible] = useVisible<HTMLDivElement>();
  const { data, error } = useService("analysis.preferencePairs", visible ? { run } : null);
  return (
    <div ref={ref} data-panel={panel.title}>
      <Card title={panel.title} explanation={panel.explanation}>
        {error ? (
          <ErrorNote error={error} />
        ) : !data ? (
          <Skeleton height={160} />
        ) : data.length === 0 ? (
          <EmptyState compact icon="recipes" title="This run has made no preference pairs yet." />
        ) : (
          <ul className={styles["pairs"]}>
            {data.map((pair) => (
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
  const side = (name: "chosen" | "rejected") => {
    const rollout = pair[name];
    return (
      <button
        type="button"
        className={styles["side"]}
        data-side={name}
        title={rollout.text}
        onClick={() => navigate({ screen: "rollouts", run, step: pair.step, pair: pair.pair, rollout: rollout.id })}
      >
        <span>
          {name} · #{rollout.index + 1}
        </span>
        {rollout.text}
      </button>
    );
  };
  return (
    <div className={styles["lineage"]}>
      <p>
        step {pair.step} · {pair.sampleId}
        <span>of {pair.rollouts} answers</span>
      </p>
      <Icon name="chevron" size={12} />
      <p title={pair.rationale}>
        {pair.verdict}
        <span>{pair.rationale}</span>
      </p>
      <Icon name="chevron" size={12} />
      <div className={styles["sides"]}>
        {side("chosen")}
        {side("rejected")}
      </div>
      <Icon name="chevron" size={12} />
      <p>
        {pair.usedAtStep === null ? "not used yet" : `update ${pair.usedAtStep}`}
        <span>{pair.margin === null ? "" : `margin ${formatNumber(pair.margin)}`}</span>
      </p>
    </div>
  );
}
